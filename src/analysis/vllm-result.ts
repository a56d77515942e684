import { UsageError } from '../base/errors.ts';
import { found, isObject, notJson, parsedJson } from '../base/json.ts';
import { LARGE_BYTES, readText } from '../base/read-text.ts';
import { fieldsAtHead, headOf } from '../workload/files/head.ts';
import type { AnalysedRequest } from './request.ts';

/** A result of `vllm bench serve --save-detailed`, of its older scripts, of the priority study, or of ours. */
export interface VllmResult {
  readonly requests: readonly AnalysedRequest[];
  readonly durationSec: number | undefined;
  /** Good requests per second, as whoever wrote it counted them. */
  readonly goodputPerSec: number | undefined;
}

/** Fields that all of its generations have, though not all of them first. */
const FIELDS = ['backend', 'model_id', 'num_prompts'];

/** Whether a file is one, by the names of its first fields. */
export function isVllmResult(file: string): boolean {
  const names = fieldsAtHead(headOf(file));
  return FIELDS.every((name) => names.has(name));
}

/** @throws UsageError naming file and field, what was found and what was expected. */
export function readVllmResult(file: string): VllmResult {
  const text = readText(file, { what: 'result', maxBytes: LARGE_BYTES });
  const result = parsedJson(text);
  if (!isObject(result)) {
    throw new UsageError(`${file}: ${result === undefined ? notJson(text) : found(result)}`);
  }
  const arrays = new Arrays(file, result);
  const count = arrays.count;
  // Its name had a colon in it for a while.
  const goodput = result['request_goodput'] ?? result['request_goodput:'];
  return {
    requests: Array.from({ length: count }, (_, index) => requestOf(arrays, index)),
    durationSec: numberOf(result['duration']),
    goodputPerSec: numberOf(goodput),
  };
}

/** The lists of a result, of one length. */
class Arrays {
  readonly count: number;
  readonly #lists: Readonly<Record<string, unknown>>;

  constructor(file: string, lists: Readonly<Record<string, unknown>>) {
    this.#lists = lists;
    const { ttfts } = lists;
    if (!Array.isArray(ttfts)) {
      throw new UsageError(
        `${file}: ttfts: ${found(ttfts)}; expected a value of each request, as --save-detailed writes them`,
      );
    }
    this.count = ttfts.length;
    for (const name of NAMES) {
      const list = lists[name];
      if (list === undefined || (Array.isArray(list) && list.length === this.count)) continue;
      const has = Array.isArray(list) ? `found ${list.length} values` : found(list);
      throw new UsageError(`${file}: ${name}: ${has}; expected ${this.count}, as ttfts has`);
    }
  }

  number(name: (typeof NAMES)[number], index: number): number | undefined {
    return numberOf(this.#at(name, index));
  }

  /** Empty of a request that was answered. */
  error(index: number): string {
    return String(this.#at('errors', index) ?? '');
  }

  gapsSec(index: number): number | undefined {
    const gaps = this.#at('itls', index);
    if (!Array.isArray(gaps)) return undefined;
    return gaps.reduce((sum: number, gap) => sum + (numberOf(gap) ?? 0), 0);
  }

  #at(name: (typeof NAMES)[number], index: number): unknown {
    return (this.#lists[name] as unknown[] | undefined)?.[index];
  }
}

const NAMES = [
  ...(['ttfts', 'itls', 'latencies', 'e2els', 'input_lens', 'output_lens'] as const),
  ...(['start_times', 'errors'] as const),
] as const;

function requestOf(arrays: Arrays, index: number): AnalysedRequest {
  const startSec = arrays.number('start_times', index);
  const error = arrays.error(index);
  if (error) return { status: 'error', error: error.split(':')[0], startSec };
  const ttftSec = arrays.number('ttfts', index);
  const latencySec =
    arrays.number('latencies', index) ??
    arrays.number('e2els', index) ??
    sum(ttftSec, arrays.gapsSec(index));
  const promptTokens = arrays.number('input_lens', index);
  const outputTokens = arrays.number('output_lens', index);
  return {
    status: 'success',
    startSec,
    endSec: sum(startSec, latencySec),
    latencySec,
    ttftSec,
    tpotSec: tpotOf(sum(latencySec, ttftSec === undefined ? undefined : -ttftSec), outputTokens),
    promptTokens,
    outputTokens,
    totalTokens: sum(promptTokens, outputTokens),
  };
}

function tpotOf(restSec: number | undefined, tokens = 0): number | undefined {
  return restSec === undefined || tokens < 2 ? undefined : restSec / (tokens - 1);
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
