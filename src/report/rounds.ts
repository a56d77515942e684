import { headingOf } from '../stats/metrics.ts';
import type { RoundSummary } from '../stats/rounds.ts';
import type { Section, TableColumn } from './section.ts';
import { isTooFew } from './table.ts';

/** The statistics of a round that are printed. */
const PRINTED = [
  ['ttftMs', 'p50'],
  ['ttftMs', 'p99'],
  ['tpotMs', 'p50'],
] as const;

const COLUMNS: readonly TableColumn[] = [
  { title: 'round' },
  { title: 'completed', format: 'count' },
  { title: 'failed', format: 'count' },
  { title: headingOf('inputTokens'), format: 'amount' },
  { title: headingOf('cachedTokens'), format: 'amount' },
  { title: 'cached share', format: 'percent' },
  { title: 'ideal share', format: 'percent' },
  ...PRINTED.map(([name, statistic]) => ({ title: headingOf(name, statistic) })),
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
        ...tooFewIn(round),
        cells: [
          roundText(round),
          round.completed,
          round.failed,
          round.meanInputTokens,
          round.meanCachedTokens,
          round.cachedShare,
          round.idealShare,
          ...PRINTED.map(([name, statistic]) => round[name]?.[statistic]),
        ],
      })),
    },
    notes: [LEGEND],
  };
}

function tooFewIn(round: RoundSummary): { tooFew?: readonly number[] } {
  const first = COLUMNS.length - PRINTED.length;
  const few = PRINTED.flatMap(([name, statistic], index) =>
    isTooFew(round[name], statistic) ? [first + index] : [],
  );
  return few.length > 0 ? { tooFew: few } : {};
}

/** The number of a round, or those of the first and the last of a group. */
export function roundText({ fromRound, toRound }: RoundSummary): string {
  return fromRound === toRound ? String(fromRound) : `${fromRound}-${toRound}`;
}
