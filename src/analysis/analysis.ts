import { Column } from '../stats/column.ts';
import { moments, quantile } from '../stats/exact.ts';
import { type Goodput, type GoodputTarget, goodputOf } from './goodput.ts';
import { ANALYSED, type AnalysedName, type AnalysedRequest, isJudged, valueIn } from './request.ts';

/** Of the values that there are; percentiles are interpolated linearly, as numpy does. */
export interface MetricSummary {
  readonly count: number;
  readonly total: number;
  readonly mean: number;
  readonly median: number;
  readonly p99: number;
}

/** What `confab analyze --json` prints. What is absent is unknown. */
export interface Analysis {
  readonly format: 'confab-analysis';
  readonly version: 1;
  readonly files: readonly string[];
  readonly requests: {
    readonly total: number;
    readonly completed: number;
    readonly failed: number;
    readonly cancelled: number;
    readonly unsent: number;
  };
  /** From the first start to the last end, of completed and failed requests. */
  readonly durationSec?: number;
  /** Over that time: completed requests; tokens of prompts and answers; those of answers alone. */
  readonly throughput: {
    readonly requestsPerSec?: number;
    readonly tokensPerSec?: number;
    readonly outputTokensPerSec?: number;
  };
  /** Of completed requests; `errors` (1 for a failed one) of failed ones too. */
  readonly metrics: Readonly<Partial<Record<AnalysedName, MetricSummary>>>;
  readonly errors: {
    readonly total: number;
    /** failed / (completed + failed). */
    readonly share?: number;
    readonly byType: Readonly<Record<string, number>>;
  };
  /** Absent where no target was given. */
  readonly goodput?: Goodput;
  /** Good requests per second, as the files themselves say; absent where they do not. */
  readonly toldGoodputPerSec?: number;
}

/** What files say beside their requests. */
export interface Told {
  readonly durationSec?: number | undefined;
  readonly goodputPerSec?: number | undefined;
}

/** What AIBrix's analysis says of these requests, of all files together. */
export function analyse(
  files: readonly string[],
  requests: readonly AnalysedRequest[],
  targets: readonly GoodputTarget[] = [],
  told: Told = {},
): Analysis {
  const metrics = metricsOf(requests);
  const durationSec = durationOf(requests) ?? told.durationSec;
  const per = (total: number | undefined) =>
    total === undefined || !durationSec ? undefined : total / durationSec;
  const count = (status: AnalysedRequest['status']) =>
    requests.filter((request) => request.status === status).length;
  const completed = count('success');
  const failed = count('error');
  return {
    format: 'confab-analysis',
    version: 1,
    files,
    requests: {
      ...{ total: requests.length, completed, failed },
      ...{ cancelled: count('cancelled'), unsent: count('unsent') },
    },
    ...(durationSec !== undefined && { durationSec }),
    throughput: known({
      requestsPerSec: per(completed),
      tokensPerSec: per(metrics.totalTokens?.total),
      outputTokensPerSec: per(metrics.outputTokens?.total),
    }),
    metrics,
    errors: {
      total: failed,
      ...(completed + failed > 0 && { share: failed / (completed + failed) }),
      byType: errorsByType(requests),
    },
    ...(targets.length > 0 && { goodput: goodputOf(requests, targets, durationSec) }),
    ...(told.goodputPerSec !== undefined && { toldGoodputPerSec: told.goodputPerSec }),
  };
}

function metricsOf(requests: readonly AnalysedRequest[]): Analysis['metrics'] {
  return known(
    Object.fromEntries(
      (Object.keys(ANALYSED) as AnalysedName[]).map((name) => [name, summaryOf(name, requests)]),
    ) as Record<AnalysedName, MetricSummary | undefined>,
  );
}

function summaryOf(
  name: AnalysedName,
  requests: readonly AnalysedRequest[],
): MetricSummary | undefined {
  const column = new Column();
  for (const request of requests) column.add(valueIn(name, request));
  if (column.count === 0) return undefined;
  const sorted = column.sorted();
  const { mean } = moments(sorted);
  return {
    count: column.count,
    total: sorted.reduce((sum, value) => sum + value, 0),
    mean,
    median: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
  };
}

function durationOf(requests: readonly AnalysedRequest[]): number | undefined {
  let first = Infinity;
  let last = -Infinity;
  for (const request of requests) {
    if (!isJudged(request)) continue;
    first = Math.min(first, request.startSec ?? Infinity);
    last = Math.max(last, request.endSec ?? -Infinity);
  }
  return last >= first && last < Infinity ? last - first : undefined;
}

/** The most frequent first. */
function errorsByType(requests: readonly AnalysedRequest[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { status, error = 'unknown' } of requests) {
    if (status === 'error') counts.set(error, (counts.get(error) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
}

/** Without what is undefined. */
function known<Values extends object>(
  values: Values,
): { [K in keyof Values]?: NonNullable<Values[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof Values]?: NonNullable<Values[K]>;
  };
}
