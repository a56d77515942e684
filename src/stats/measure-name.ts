import { UsageError } from '../base/errors.ts';
import { didYouMean, nearest } from '../base/suggest.ts';
import { METRIC_NAMES, type MetricName } from './metrics.ts';

/** A number of a run, as thresholds and summary.json name it: `ttftMs.p95`, `goodput.share`. */
export type Named<Total, Statistic> =
  | { readonly metric: MetricName; readonly statistic: Statistic }
  | { readonly total: Total };

/** What may be named. */
export interface Nameable<Total, Statistic> {
  readonly totals: readonly Total[];
  readonly statistics: readonly Statistic[];
}

/**
 * The number that is meant by a name: a metric, whose unit may be left out, and a statistic of it (`ttft.p95`), or a
 * number of the whole run (`goodput.share`).
 * @throws UsageError for other names, beginning with `flag`.
 */
export function named<Total extends string, Statistic extends string>(
  name: string,
  { totals, statistics }: Nameable<Total, Statistic>,
  flag: string,
): Named<Total, Statistic> {
  const total = totals.find((one) => one === name);
  if (total !== undefined) return { total };
  const [first = '', second, ...rest] = name.split('.');
  const metric = metricOf(first);
  const statistic = statistics.find((one) => one === second);
  if (metric && statistic !== undefined && !rest.length) return { metric, statistic };
  const ofMetrics = METRIC_NAMES.flatMap((one) =>
    statistics.map((each) => `${shortOf(one)}.${each}`),
  );
  const meant = didYouMean(nearest(name, [...totals, ...ofMetrics]));
  throw new UsageError(
    `${flag}: found '${name}'${meant}; expected a metric and a statistic, as in ttft.p95 (metrics: ${METRIC_NAMES.map(shortOf).join(', ')}; statistics: ${statistics.join(', ')}), or one of ${totals.join(', ')}`,
  );
}

/** The metric that is called so, with or without its unit. */
export function metricOf(name: string): MetricName | undefined {
  return METRIC_NAMES.find((metric) => metric === name || shortOf(metric) === name);
}

/** `ttft` of `ttftMs`. */
function shortOf(metric: MetricName): string {
  return metric.replace(/Ms$/, '');
}
