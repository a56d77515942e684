import { headingOf } from '../stats/metrics.ts';
import type { RoundSummary } from '../stats/rounds.ts';
import { amount, measure, percent } from './number.ts';
import { plainTable } from './table.ts';

/** The statistics of a round that are printed. */
const PRINTED = [
  ['ttftMs', 'p50'],
  ['ttftMs', 'p99'],
  ['tpotMs', 'p50'],
] as const;

const HEAD = [
  'round',
  'completed',
  'failed',
  headingOf('inputTokens'),
  headingOf('cachedTokens'),
  'cached share',
  'ideal share',
  ...PRINTED.map(([name, statistic]) => headingOf(name, statistic)),
];

/** One line a round, or a group of rounds. Token columns are means. */
export function roundsTable(rounds: readonly RoundSummary[]): string {
  return plainTable(
    HEAD,
    rounds.map((round) => [
      round.fromRound === round.toRound
        ? String(round.fromRound)
        : `${round.fromRound}-${round.toRound}`,
      String(round.completed),
      String(round.failed),
      amount(round.meanInputTokens),
      amount(round.meanCachedTokens),
      percent(round.cachedShare),
      percent(round.idealShare),
      ...PRINTED.map(([name, statistic]) => measure(round[name]?.[statistic])),
    ]),
  );
}
