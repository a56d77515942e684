import { samplesOf } from '../stats/exposition.ts';
import { kvUsageOf } from '../stats/kv-usage.ts';

/** What an engine's /metrics page says of now; absent: it does not say. */
export interface EngineGauges {
  readonly kvUsage?: number | undefined;
  readonly running?: number;
  readonly waiting?: number;
}

/** Of vLLM, SGLang and TGI. */
const NAMES: Readonly<Record<string, 'running' | 'waiting'>> = {
  'vllm:num_requests_running': 'running',
  'vllm:num_requests_waiting': 'waiting',
  'sglang:num_running_reqs': 'running',
  'sglang:num_queue_reqs': 'waiting',
  tgi_batch_current_size: 'running',
  tgi_queue_size: 'waiting',
};

/** Engines behind one page are taken together. */
export function engineGauges(page: string): EngineGauges {
  const sums: { running?: number; waiting?: number } = {};
  for (const { name, value } of samplesOf(page, (one) => Object.hasOwn(NAMES, one))) {
    const gauge = NAMES[name]!;
    if (value >= 0) sums[gauge] = (sums[gauge] ?? 0) + value;
  }
  return { kvUsage: kvUsageOf(page), ...sums };
}
