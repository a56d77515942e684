import type { RoundSummary } from '../../stats/rounds.ts';
import type { RunSummary } from '../run-summary.ts';

const ROUNDS_MAX = 200;

/** What a figure by round has points for: every round, or the groups of the report where there are many. */
export function shownRounds({ rounds, roundGroups }: RunSummary): {
  readonly rounds: readonly RoundSummary[];
  readonly notes: readonly string[];
} {
  if (rounds.length <= ROUNDS_MAX) return { rounds, notes: [] };
  return {
    rounds: roundGroups,
    notes: ['Later rounds are taken together, and stand at the first of them.'],
  };
}
