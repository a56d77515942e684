import type { Panel } from '../figures/panel.ts';
import { quantile } from '../stats/exact.ts';
import { headingOf, METRICS, type MetricName } from '../stats/metrics.ts';
import type { Point } from '../stats/sample.ts';
import type { Side } from './compared-run.ts';
import type { Comparison } from './comparison.ts';
import { seriesOf } from './series.ts';

const STEPS = 200;
/** Curves of values that are so far apart are drawn on a logarithmic axis. */
const FAR = 100;

/** A panel for each metric that was compared: the share of its values (y) that is not above so much (x), a curve a side. */
export function comparisonPanels({ baseline, compared }: Comparison): Panel[] {
  const sides = [baseline, ...compared.map(({ side }) => side)];
  const measures = compared.flatMap(({ rows }) => rows.map(({ measure }) => measure));
  const metrics = new Set(measures.flatMap((one) => ('metric' in one ? [one.metric] : [])));
  return [...metrics].flatMap((metric) => {
    const series = sides.flatMap((side) => {
      const sorted = valuesOf(side, metric);
      return sorted.length ? [{ name: side.name, points: curveOf(sorted) }] : [];
    });
    const values = series.flatMap(({ points }) => points.map(([value]) => value));
    const [low, high] = [Math.min(...values), Math.max(...values)];
    // Where nothing varies, there is nothing to see.
    if (!series.length || low === high) return [];
    const { label, unit } = METRICS[metric];
    return [
      {
        title: headingOf(metric),
        kind: 'line' as const,
        x: {
          label,
          ...(unit === 'ms' && { unit }),
          ...(low > 0 && high > FAR * low && { scale: 'log' as const }),
        },
        y: { label: 'not above it', unit: 'share' },
        series,
      },
    ];
  });
}

/** Of all runs of a side, sorted. */
function valuesOf({ runs }: Side, metric: MetricName): Float64Array {
  const values = runs.map((run) => seriesOf(run, metric).values);
  const all = new Float64Array(values.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const each of values) {
    all.set(each, at);
    at += each.length;
  }
  return all.sort();
}

function curveOf(sorted: Float64Array): Point[] {
  return Array.from({ length: STEPS + 1 }, (_, step) => [
    quantile(sorted, step / STEPS),
    step / STEPS,
  ]);
}
