import type { RoundSummary } from '../../stats/rounds.ts';
import type { Point } from '../../stats/sample.ts';
import type { RunSummary } from '../run-summary.ts';
import { known, type Plot } from './figure.ts';

const ROUNDS_MAX = 200;

/** Of the input tokens of each round, what the engine found in its prefix cache, and what it could have found. */
export function cachedShareByRound({ rounds, roundGroups }: RunSummary): Plot {
  const isGrouped = rounds.length > ROUNDS_MAX;
  const shown = isGrouped ? roundGroups : rounds;
  const points = (share: (round: RoundSummary) => number | undefined) =>
    shown.flatMap((round): Point[] => {
      const y = share(round);
      return y === undefined ? [] : [[round.fromRound, y]];
    });
  return {
    kind: 'line',
    x: { label: 'round', unit: 'count' },
    y: { label: 'cached input tokens', unit: 'share' },
    series: known([
      { name: 'observed', points: points(({ cachedShare }) => cachedShare) },
      { name: 'ideal', points: points(({ idealShare }) => idealShare) },
    ]),
    notes: [
      'Observed: as the engine reported. Ideal: what a prefix cache that never forgets would have held.',
      ...(isGrouped ? ['Later rounds are taken together, and stand at the first of them.'] : []),
    ],
  };
}
