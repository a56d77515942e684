import { InvalidArgumentError } from 'commander';
import { METRICS_OF_VLLM, type VllmMetric } from '../../export/vllm.ts';

/** Milliseconds that a metric of a good request may have at most. */
export type GoodputLimits = Readonly<Partial<Record<GoodputMetric, number>>>;

/** A gap between two chunks is no metric of a request. */
type GoodputMetric = Exclude<VllmMetric, 'itl'>;

const METRIC_NAMES = Object.keys(METRICS_OF_VLLM) as VllmMetric[];
const GOODPUT_NAMES = METRIC_NAMES.filter((name) => name !== 'itl') as GoodputMetric[];

/** `ttft:100`, added to what the flag said before. */
export function goodputLimit(text: string, before: GoodputLimits = {}): GoodputLimits {
  const [, name, limit] = /^\s*(\w+)\s*:\s*([\d.]+)\s*$/.exec(text) ?? [];
  const known = GOODPUT_NAMES.find((one) => one === name);
  const ms = Number(limit);
  if (known && Number.isFinite(ms)) return { ...before, [known]: ms };
  throw new InvalidArgumentError(
    `Found '${text}'; expected METRIC:MS with ${GOODPUT_NAMES.join(', ')} and milliseconds >= 0, as in ttft:100.`,
  );
}

/** `version=0.3.3`, likewise. Fields of the result itself stay what they are. */
export function metadataPair(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const at = text.indexOf('=');
  const key = text.slice(0, at).trim();
  if (at < 1 || !key) {
    throw new InvalidArgumentError(`Found '${text}'; expected KEY=VALUE, as in version=0.3.3.`);
  }
  return { ...before, [key]: text.slice(at + 1).trim() };
}

/** `ttft,e2el`. */
export function metricNames(text: string): VllmMetric[] {
  return text.split(',').map((one) => {
    const known = METRIC_NAMES.find((name) => name === one.trim());
    if (known) return known;
    throw new InvalidArgumentError(
      `Found '${one}'; expected ${METRIC_NAMES.join(', ')}, with commas between.`,
    );
  });
}

/** As the script has them where nothing is asked for. */
export const DEFAULT_METRICS: readonly VllmMetric[] = ['ttft', 'tpot', 'itl'];
export const DEFAULT_PERCENTILES: readonly number[] = [99];

/** `25,50,99.9`. */
export function percentiles(text: string): number[] {
  return text.split(',').map((one) => {
    const value = Number(one);
    if (one.trim() !== '' && value >= 0 && value <= 100) return value;
    throw new InvalidArgumentError(`Found '${one}'; expected numbers from 0 to 100.`);
  });
}
