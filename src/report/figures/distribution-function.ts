import type { TurnRecord } from '../../record/record.ts';
import type { Run } from '../../record/run-folder.ts';
import { Column } from '../../stats/column.ts';
import { quantile } from '../../stats/exact.ts';
import type { Point } from '../../stats/sample.ts';
import { known, type Plot, scaleOf } from './figure.ts';

/** How its curves are named, and the time that each is of. */
type Curves = Readonly<Record<string, (record: TurnRecord) => number | undefined>>;

/** The share of completed requests (y) that took no longer than so many milliseconds (x). */
export function distributionFunction({ parts }: Run, label: string, curves: Curves): Plot {
  const columns = Object.entries(curves).map(([name, timeMs]) => ({
    name,
    timeMs,
    column: new Column(),
  }));
  for (const { records } of parts) {
    for (const record of records) {
      if (record.phase !== 'measure' || record.status !== 'ok') continue;
      for (const { timeMs, column } of columns) column.add(timeMs(record));
    }
  }
  const series = known(columns.map(({ name, column }) => ({ name, points: curve(column) })));
  const times = series.flatMap(({ points }) => points.map(([ms]) => ms));
  return {
    kind: 'line',
    x: { label, unit: 'ms', ...scaleOf(times) },
    y: { label: 'completed requests', unit: 'share' },
    series,
    notes: ['Of completed requests: failures have no latency.'],
  };
}

const STEPS = 200;

/** From so many values on. */
const TAIL = [
  { share: 0.999, countMin: 1000 },
  { share: 0.9999, countMin: 10_000 },
] as const;

/** Every value of few; of many, every half percent, and the tail finer as far as there are values for it. */
function curve(column: Column): Point[] {
  const sorted = column.sorted();
  const { length: count } = sorted;
  if (count === 0) return [];
  if (count === 1) return [0, 1].map((share) => [sorted[0]!, share]);
  if (count <= STEPS) return Array.from(sorted, (ms, index) => [ms, index / (count - 1)]);
  const shares = Array.from({ length: STEPS }, (_, index) => index / STEPS);
  const tail = TAIL.filter(({ countMin }) => count >= countMin).map(({ share }) => share);
  return [...shares, ...tail, 1].map((share) => [quantile(sorted, share), share]);
}
