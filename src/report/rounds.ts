import type { RoundSummary } from '../stats/rounds.ts';
import { amount, measure, percent } from './number.ts';
import { plainTable } from './table.ts';

const HEAD = [
  'round',
  'completed',
  'failed',
  'input tokens',
  'cached tokens',
  'cached share',
  'ideal share',
  'TTFT p50 ms',
  'TTFT p99 ms',
  'TPOT p50 ms',
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
      measure(round.ttftMs?.p50),
      measure(round.ttftMs?.p99),
      measure(round.tpotMs?.p50),
    ]),
  );
}
