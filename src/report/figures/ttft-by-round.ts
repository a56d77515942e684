import type { Point } from '../../stats/sample.ts';
import type { RunSummary } from '../run-summary.ts';
import { known, type Plot } from './figure.ts';
import { shownRounds } from './rounds-shown.ts';

/** Percentiles of the TTFT of each round's completed requests. */
export function ttftByRound(summary: RunSummary): Plot {
  const { rounds, notes } = shownRounds(summary);
  return {
    kind: 'line',
    hasDots: true,
    x: { label: 'round', unit: 'count', isNumbering: true },
    y: { label: 'TTFT', unit: 'ms' },
    series: known(
      (['p50', 'p95'] as const).map((name) => ({
        name,
        points: rounds.flatMap(({ fromRound, ttftMs }): Point[] => {
          const y = ttftMs?.[name];
          return y === undefined ? [] : [[fromRound, y]];
        }),
      })),
    ),
    notes: ['Of completed requests.', ...notes],
  };
}
