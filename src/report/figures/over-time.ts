import type { Point } from '../../stats/sample.ts';
import type { MeasuredAxis } from '../../stats/time/measured-axis.ts';
import { type TimeBuckets, timeBuckets } from '../../stats/time/time-buckets.ts';
import { type Axis, known, type Plot } from './figure.ts';

const POINTS_MAX = 100;

/** The x axis of all figures that have the time of a run. */
export const OVER_TIME = 'time since measuring began';

/** The stretches that a figure over time has a point for: at most 100. */
export function stretchesOf(axis: MeasuredAxis): TimeBuckets {
  return timeBuckets(axis.spanMs, POINTS_MAX);
}

/** A figure over the time of a run, one value a stretch; undefined where there is none. */
export function overTime(
  axis: MeasuredAxis,
  y: Axis,
  series: readonly { readonly name: string; readonly values: readonly (number | undefined)[] }[],
): Plot {
  const { widthMs } = stretchesOf(axis);
  const step = widthMs / 1000;
  return {
    kind: 'step',
    x: { label: OVER_TIME, unit: 's', ...(step > 0 && { step }) },
    y,
    series: known(
      series.map(({ name, values }) => ({
        name,
        points: values.flatMap((value, index): Point[] =>
          value === undefined ? [] : [[(index * widthMs) / 1000, value]],
        ),
      })),
    ),
    notes:
      axis.stretches.length > 1
        ? ['The run was resumed: the time between its parts is cut out.']
        : [],
  };
}
