import type { RoundSummary } from '../stats/rounds.ts';
import type { Section, TableColumn } from './section.ts';

const COLUMNS: readonly TableColumn[] = [
  { title: 'round' },
  { title: 'completed', format: 'count' },
  { title: 'failed', format: 'count' },
  { title: 'input', unit: 'tokens', format: 'amount' },
  { title: 'cached', unit: 'tokens', format: 'amount' },
  { title: 'cached share', format: 'percent' },
  { title: 'ideal share', format: 'percent' },
  { title: 'TTFT p50', unit: 'ms' },
  { title: 'TTFT p99', unit: 'ms' },
  { title: 'TPOT p50', unit: 'ms' },
];

const LEGEND = `Tokens are means. Cached: as the engine reported, of the requests where it did.
  Ideal: what a prefix cache that never forgets would have held.`;

/** One row a round, or a group of rounds. */
export function roundsSection(rounds: readonly RoundSummary[]): Section {
  return {
    title: 'Per round',
    table: {
      columns: COLUMNS,
      rows: rounds.map((round) => ({
        cells: [
          roundText(round),
          round.completed,
          round.failed,
          round.meanInputTokens,
          round.meanCachedTokens,
          round.cachedShare,
          round.idealShare,
          round.ttftMs?.p50,
          round.ttftMs?.p99,
          round.tpotMs?.p50,
        ],
      })),
    },
    notes: [LEGEND],
  };
}

/** The number of a round, or those of the first and the last of a group. */
export function roundText({ fromRound, toRound }: RoundSummary): string {
  return fromRound === toRound ? String(fromRound) : `${fromRound}-${toRound}`;
}
