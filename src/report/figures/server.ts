import type { Run } from '../../record/run-folder.ts';
import type { FollowedCounter, FollowedGauge, ServerPoint } from '../../server/series.ts';
import type { Point } from '../../stats/sample.ts';
import { MeasuredAxis } from '../../stats/time/measured-axis.ts';
import { lengthMs, type TimeBuckets } from '../../stats/time/time-buckets.ts';
import { serverOfRun } from '../server/watched.ts';
import { type Axis, known, type Plot } from './figure.ts';
import { overTime, stretchesOf } from './over-time.ts';

/** Of a gauge: more are of no use. */
const POINTS_MAX = 200;

const NOTE = 'By pages of metrics kept during the run; between two of them nothing is known.';
const RATE_NOTE =
  'What a counter rose by between two pages is spread evenly over the time between.';

export function kvUsageOverTime(run: Run): Plot {
  return gauges(run, { label: 'share of the KV cache', unit: 'share' }, { 'in use': 'kvUsage' });
}

export function serverRequestsOverTime(run: Run): Plot {
  const names = { running: 'running', waiting: 'waiting' } as const;
  return gauges(run, { label: 'requests', unit: 'count' }, names);
}

export function transfersOverTime(run: Run): Plot {
  return rates(run, { label: 'transferred', unit: 'GB/s' }, 1e-9, {
    stored: 'storedBytes',
    loaded: 'loadedBytes',
  });
}

export function preemptionsOverTime(run: Run): Plot {
  return rates(run, { label: 'preemptions', unit: '/s' }, 1, { preemptions: 'preemptions' });
}

/** Of the prompt tokens that the server counted in a stretch of time. */
export function hitShareOverTime(run: Run): Plot {
  const axis = new MeasuredAxis(run.parts);
  const points = pointsOf(run);
  const buckets = stretchesOf(axis);
  const cached = rise(points, axis, buckets, 'cachedTokens');
  const prompts = rise(points, axis, buckets, 'promptTokens');
  const values = cached?.map((tokens, index) => {
    const all = prompts?.[index] ?? 0;
    return all > 0 ? tokens / all : undefined;
  });
  const y: Axis = { label: 'cached prompt tokens', unit: 'share' };
  return noted(overTime(axis, y, values ? [{ name: 'cached', values }] : []), NOTE, RATE_NOTE);
}

function gauges(run: Run, y: Axis, names: Readonly<Record<string, FollowedGauge>>): Plot {
  const axis = new MeasuredAxis(run.parts);
  const points = pointsOf(run);
  const every = Math.max(1, Math.ceil(points.length / POINTS_MAX));
  const kept = points.filter((_, place) => place % every === 0);
  const series = Object.entries(names).map(([name, gauge]) => ({
    name,
    points: kept.flatMap(({ part, atMs, values }): Point[] => {
      const place = axis.placeOf(part);
      const ms = place && axis.at(atMs, place);
      const value = values[gauge];
      return ms === undefined || value === undefined ? [] : [[ms / 1000, value]];
    }),
  }));
  const x: Axis = { label: 'time since measuring began', unit: 's' };
  return { kind: 'line', x, y, series: known(series), notes: [NOTE] };
}

function rates(
  run: Run,
  y: Axis,
  scale: number,
  names: Readonly<Record<string, FollowedCounter>>,
): Plot {
  const axis = new MeasuredAxis(run.parts);
  const points = pointsOf(run);
  const buckets = stretchesOf(axis);
  const series = Object.entries(names).flatMap(([name, counter]) => {
    const risen = rise(points, axis, buckets, counter);
    if (!risen?.some((amount) => amount > 0)) return [];
    const perSec = risen.map((amount, at) => (1000 * scale * amount) / lengthMs(buckets, at));
    return [{ name, values: perSec }];
  });
  return noted(overTime(axis, y, series), NOTE, RATE_NOTE);
}

/** None of a run that has no page between its first and its last: a line of one step shows nothing. */
function pointsOf(run: Run): readonly ServerPoint[] {
  const points = serverOfRun(run)?.points ?? [];
  const parts = new Set(points.map(({ part }) => part));
  return points.length > 2 * parts.size ? points : [];
}

/** What a counter rose by in each stretch; undefined: it is not told. */
function rise(
  points: readonly ServerPoint[],
  axis: MeasuredAxis,
  buckets: TimeBuckets,
  counter: FollowedCounter,
): number[] | undefined {
  const told = points.filter(({ values }) => values[counter] !== undefined);
  if (told.length < 2) return undefined;
  const risen = Array.from({ length: buckets.count }, () => 0);
  for (const [index, to] of told.entries()) {
    const from = told[index - 1];
    const place = axis.placeOf(to.part);
    if (!from || !place || from.part !== to.part || to.atMs <= from.atMs) continue;
    const amount = to.values[counter]! - from.values[counter]!;
    for (const { startMs, endMs, share } of axis.within(from.atMs, to.atMs, place)) {
      spread(risen, buckets, { startMs, endMs, amount: amount * share });
    }
  }
  return risen;
}

function spread(
  into: number[],
  { widthMs }: TimeBuckets,
  { startMs, endMs, amount }: { startMs: number; endMs: number; amount: number },
): void {
  const last = Math.min(into.length - 1, Math.floor(endMs / widthMs));
  for (let at = Math.floor(startMs / widthMs); at <= last; at++) {
    const [low, high] = [Math.max(startMs, at * widthMs), Math.min(endMs, (at + 1) * widthMs)];
    if (high > low) into[at]! += (amount * (high - low)) / (endMs - startMs);
  }
}

function noted(plot: Plot, ...notes: string[]): Plot {
  return { ...plot, notes: [...notes, ...plot.notes] };
}
