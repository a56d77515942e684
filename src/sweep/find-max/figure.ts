import type { Panel } from '../../figures/panel.ts';
import { scaleOf } from '../../report/figures/figure.ts';
import { measure } from '../../report/number.ts';
import type { Point } from '../../stats/sample.ts';
import { sweepPanels } from '../figures.ts';
import type { LimitText } from '../limits.ts';
import { measureOf } from '../measure.ts';
import { summaryOf } from '../summary.ts';
import type { Searched } from './find-max.ts';
import { loadsOf } from './text.ts';

interface Drawn {
  /** Of the load. */
  readonly name: string;
  readonly searched: Searched;
  readonly limits: readonly LimitText[];
  readonly measures: readonly string[];
}

/** Every run by its load, beside each limit and the bound; then what else there is, as of a sweep. */
export function searchPanels({ name, searched, limits, measures }: Drawn): Panel[] {
  const { runs, found } = searched;
  const loads = loadsOf(runs);
  if (loads.length < 2) return [];
  const ends = [loads[0]!.x, loads.at(-1)!.x] as const;
  const x = { label: name, ...scaleOf(ends) };
  const own = limits.flatMap(({ name: limited, limit, text }): Panel[] => {
    if (limited === 'maxErrorRate') return [];
    const { title, unit } = measureOf(limited, '--slo');
    const marks = runs.flatMap((run): Point[] => {
      const value = run.result.readings[limited]?.value;
      return value === undefined ? [] : [[run.x, value]];
    });
    const values = marks.map(([, y]) => y);
    const bound = found?.bound;
    return [
      {
        title: `${title} by ${name}, and the bound`,
        kind: 'line',
        x,
        y: { label: title, unit, ...scaleOf(values) },
        series: [
          { name: 'mean of the runs', points: meansOf(marks) },
          {
            name: text,
            points: [
              [ends[0], limit],
              [ends[1], limit],
            ],
          },
          ...(bound
            ? [
                {
                  name: `bound ${measure(bound.x)}`,
                  points: [
                    [bound.x, Math.min(...values)],
                    [bound.x, Math.max(...values)],
                  ] as Point[],
                },
              ]
            : []),
        ],
      },
    ];
  });
  const axis = { name, values: loads.map((load) => load.x) };
  const points = loads.map((load) => {
    const results = load.runs.map(({ result }) => result);
    return summaryOf([{ name, value: load.x }], results, measures);
  });
  return [...own, ...sweepPanels([axis], points)];
}

function meansOf(marks: readonly Point[]): Point[] {
  const at = new Map<number, number[]>();
  for (const [x, y] of marks) at.set(x, [...(at.get(x) ?? []), y]);
  return [...at]
    .map(([x, ys]): Point => [x, ys.reduce((sum, y) => sum + y, 0) / ys.length])
    .sort(([a], [b]) => a - b);
}
