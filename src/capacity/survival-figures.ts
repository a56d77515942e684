import type { Axis, Figure, Series } from '../report/figures/figure.ts';
import type { Point } from '../stats/sample.ts';
import type { Survival, SurvivalBin } from './survival.ts';

/** P(hit) by idle gap and by reuse distance, measured beside expected. */
export function survivalFigures(survival: Survival): Figure[] {
  const { byGap, byDistance, returns } = survival;
  if (returns === 0) return [];
  return [
    {
      name: 'survival-by-gap',
      title: 'Survival by idle gap',
      ...plotOf(survival, byGap, { label: 'idle gap', unit: 's', scale: 'log' }),
    },
    {
      name: 'survival-by-distance',
      title: 'Survival by reuse distance',
      ...plotOf(survival, byDistance, {
        label: 'reuse distance, blocks',
        unit: 'count',
        scale: 'log',
      }),
    },
  ];
}

function plotOf(
  { capacityBlocks, ttlMs }: Survival,
  bins: readonly SurvivalBin[],
  x: Axis,
): Omit<Figure, 'name' | 'title'> {
  const line = (name: string, of: (bin: SurvivalBin) => number | undefined): Series => ({
    name,
    points: bins.flatMap((bin): Point[] => {
      const y = of(bin);
      return y === undefined ? [] : [[middleOf(bin), y]];
    }),
  });
  const expected = (...of: Parameters<typeof line>): Series => ({ ...line(...of), isDashed: true });
  return {
    kind: 'line',
    x,
    y: { label: 'returns that hit', unit: 'share' },
    hasDots: true,
    series: [
      line('measured', ({ share }) => share),
      ...(capacityBlocks === undefined
        ? []
        : [expected(`LRU of ${capacityBlocks} blocks`, ({ lruShare }) => lruShare)]),
      ...(ttlMs === undefined
        ? []
        : [expected(`TTL of ${ttlMs / 1000} s`, ({ ttlShare }) => ttlShare)]),
    ],
    bands: [
      {
        name: '95 %',
        of: 'measured',
        points: bins.map((bin) => [middleOf(bin), ...bin.interval95] as const),
      },
    ],
    notes: ['Each point is of the returns of one bin, and stands in its middle.'],
  };
}

/** On a logarithmic axis; the bin that begins with 0 stands at its end. */
function middleOf({ from, to }: SurvivalBin): number {
  return from > 0 ? Math.sqrt(from * to) : to;
}
