import type { MetricName } from '../stats/metrics.ts';
import type { TotalPath } from '../stats/totals.ts';

/** Which way is better; undefined: neither is, as of what was asked for. */
export type Better = 'lower' | 'higher' | undefined;

export const METRIC_BETTER = {
  ttftMs: 'lower',
  ttftFromIntendedMs: 'lower',
  ttfoMs: 'lower',
  tpotMs: 'lower',
  itlMs: 'lower',
  latencyMs: 'lower',
  latencyFromIntendedMs: 'lower',
  engineQueueMs: 'lower',
  enginePrefillMs: 'lower',
  inputTokens: undefined,
  cachedTokens: 'higher',
  outputTokens: undefined,
  iclMs: 'lower',
  // Who was late is another question than which engine is faster.
  latenessMs: undefined,
  generatorDelayMs: undefined,
  turnsDone: 'higher',
} as const satisfies Record<MetricName, Better>;

/** The numbers of a run that have an interval. */
export const COMPARED_TOTALS = {
  'counts.errorRate': 'lower',
  'rates.achievedPerSec': 'higher',
  'rates.inputTokensPerSec': undefined,
  'rates.outputTokensPerSec': 'higher',
  'goodput.share': 'higher',
  'goodput.perSec': 'higher',
  'concurrency.mean': undefined,
  'cache.share': 'higher',
  'cache.external.share': undefined,
} as const satisfies Partial<Record<TotalPath, Better>>;

export type ComparedTotal = keyof typeof COMPARED_TOTALS;
