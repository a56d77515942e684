import type { RoundSummary } from '../../stats/rounds.ts';
import type { Point } from '../../stats/sample.ts';
import type { RunSummary } from '../run-summary.ts';
import { known, type Plot } from './figure.ts';
import { shownRounds } from './rounds-shown.ts';

/** Of the input tokens of each round, what the engine found in its prefix cache, and what it could have found. */
export function cachedShareByRound(summary: RunSummary): Plot {
  const { rounds, notes } = shownRounds(summary);
  const points = (share: (round: RoundSummary) => number | undefined) =>
    rounds.flatMap((round): Point[] => {
      const y = share(round);
      return y === undefined ? [] : [[round.fromRound, y]];
    });
  return {
    kind: 'line',
    hasDots: true,
    x: { label: 'round', unit: 'count', isNumbering: true },
    y: { label: 'cached input tokens', unit: 'share' },
    series: known([
      { name: 'observed', points: points(({ cachedShare }) => cachedShare) },
      { name: 'ideal', points: points(({ idealShare }) => idealShare), isDashed: true },
    ]),
    notes: [
      'Observed: as the engine reported. Ideal: what a prefix cache that never forgets would have held.',
      ...notes,
    ],
  };
}
