import { durationIn } from '../base/duration.ts';
import { UsageError } from '../base/errors.ts';
import type { Thresholds } from '../report/thresholds.ts';
import { withOverrides } from '../scenario/overrides.ts';
import { problemsOf } from '../scenario/problems.ts';
import { type Slo, sloSchema, thresholdsSchema } from '../scenario/thresholds.ts';
import { metricOf } from '../stats/measure-name.ts';
import { isOfRequests } from '../stats/metrics.ts';
import { measureOf } from './measure.ts';

/** What `--slo` says: limits of a run, as a scenario's `thresholds`, and of each request, as its `slo`. */
export interface Limits {
  readonly thresholds: Thresholds;
  /** What makes a request a good one; absent: nothing was said of that. */
  readonly slo?: Slo;
}

const TERM = /^\s*([\w.]+)\s*(<=?|>=?)\s*([^<>=\s][^<>=]*?)\s*$/;

/**
 * `ttft.p95<200,tpot.p99<30`: limits on numbers of a run, at most or (`>`) at least. Without a statistic, as in
 * `ttft<500`, it is what makes a request a good one, of which goodput is the rate. Times are in ms, or have a unit;
 * shares are 0 to 1, or percent.
 * @throws UsageError for what is none.
 */
export function limitsOf(text: string, flag = '--slo'): Limits {
  const ofRun: { path: string[]; value: unknown }[] = [];
  const ofRequests: { path: string[]; value: unknown }[] = [];
  for (const term of text.split(',')) {
    const [, name, operator, value] = TERM.exec(term) ?? [];
    if (name === undefined || value === undefined) {
      throw new UsageError(
        `${flag}: found '${term.trim()}'; expected limits as in ttft.p95<200,tpot.p99<30, or goodput.share>0.95`,
      );
    }
    const side = operator!.startsWith('<') ? 'max' : 'min';
    const metric = metricOf(name);
    if (metric && isOfRequests(metric)) {
      ofRequests.push({ path: [metric, side], value: numberOf(value, metric, flag) });
      continue;
    }
    const measure = measureOf(name, flag).name;
    ofRun.push({ path: [...measure.split('.'), side], value: numberOf(value, measure, flag) });
  }
  return {
    thresholds: checked(thresholdsSchema, withOverrides({}, ofRun), flag),
    ...(ofRequests.length > 0 && { slo: checked(sloSchema, withOverrides({}, ofRequests), flag) }),
  };
}

function numberOf(text: string, name: string, flag: string): number {
  const isTime = /Ms($|\.)/.test(name);
  const percent = /^([\d.]+)\s*%$/.exec(text)?.[1];
  const value = percent === undefined ? Number(text) : Number(percent) / 100;
  const found = Number.isFinite(value) ? value : isTime ? durationIn('ms', text) : undefined;
  if (found !== undefined) return found;
  throw new UsageError(
    `${flag}: ${name}: found '${text}'; expected ${isTime ? 'a time, such as 200, 200ms or 1.5s' : 'a number, or percent'}`,
  );
}

function checked<T>(
  schema: {
    safeParse(value: unknown, options?: object): { success: boolean; data?: T; error?: unknown };
  },
  value: unknown,
  flag: string,
): T {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data!;
  throw new UsageError(problemsOf(result.error as never, schema as never, value), flag);
}
