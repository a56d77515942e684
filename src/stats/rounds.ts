import type { TurnRecord } from '../record/record.ts';
import { Column } from './column.ts';
import { METRICS, type RequestMetricName } from './metrics.ts';
import { type Distribution, sampledOfEach } from './quantile.ts';

/** What a round has distributions of. */
export const ROUND_METRICS = ['ttftMs', 'tpotMs'] as const satisfies readonly RequestMetricName[];

/** Consecutive rounds of all conversations. Numbers are of completed requests. */
export interface RoundSummary
  extends Readonly<Partial<Record<(typeof ROUND_METRICS)[number], Distribution>>> {
  /** The first turn of a conversation is round 1. */
  readonly fromRound: number;
  readonly toRound: number;
  readonly completed: number;
  readonly failed: number;
  /** Of the requests with a count of input tokens. */
  readonly meanInputTokens?: number;
  /** Of the requests that reported cached tokens; the share is of their input tokens. */
  readonly meanCachedTokens?: number;
  readonly cachedShare?: number;
  /** Of the requests for which the ideal is known: what a cache that never forgets would have held. */
  readonly idealShare?: number;
}

export interface RoundsSummary {
  /** One entry a round. */
  readonly rounds: readonly RoundSummary[];
  /** One entry a round up to 20, then 21-40, 41-80, 81-160 and so on, so that a table fits the eye. */
  readonly groups: readonly RoundSummary[];
}

/** What an ideal cache would give one completed request; undefined where that is unknown. */
export interface RoundIdeal {
  /** 0-based. */
  readonly turn: number;
  readonly inputTokens: number | undefined;
  readonly idealTokens: number | undefined;
}

/** Later rounds are taken together in groups. */
const SINGLE_ROUNDS = 20;

/** The statistics of each round; measured requests only. */
export class Rounds {
  readonly #rounds = new Map<number, Round>();

  /** `isStartUp`: its latencies are not in the distributions. */
  add(record: TurnRecord, isStartUp = false): void {
    if (record.phase === 'measure') this.#round(record.turn + 1).add(record, isStartUp);
  }

  /** The ideal of one of the requests. */
  addIdeal(turn: RoundIdeal): void {
    this.#round(turn.turn + 1).addIdeal(turn);
  }

  merge(other: Rounds): void {
    for (const [number, round] of other.#rounds) this.#round(number).merge(round);
  }

  close(): RoundsSummary {
    const numbered = [...this.#rounds].sort(([a], [b]) => a - b);
    const rounds = numbered.map(([number, round]) => ({
      fromRound: number,
      toRound: number,
      ...round.close(),
    }));
    if ((rounds.at(-1)?.toRound ?? 0) <= SINGLE_ROUNDS) return { rounds, groups: rounds };
    const groups = new Map<number, { span: Span; round: Round }>();
    for (const [number, round] of numbered) {
      const span = groupOf(number);
      const group = groups.get(span.fromRound) ?? { span, round: new Round() };
      group.round.merge(round);
      groups.set(span.fromRound, group);
    }
    return {
      rounds,
      groups: [...groups.values()].map(({ span, round }) => ({ ...span, ...round.close() })),
    };
  }

  #round(number: number): Round {
    let round = this.#rounds.get(number);
    if (!round) this.#rounds.set(number, (round = new Round()));
    return round;
  }
}

interface Span {
  readonly fromRound: number;
  readonly toRound: number;
}

function groupOf(round: number): Span {
  if (round <= SINGLE_ROUNDS) return { fromRound: round, toRound: round };
  let lastRound = 2 * SINGLE_ROUNDS;
  while (lastRound < round) lastRound *= 2;
  return { fromRound: lastRound / 2 + 1, toRound: lastRound };
}

class Round {
  readonly #columns = ROUND_METRICS.map((name) => ({ name, column: new Column() }));
  #completed = 0;
  #failed = 0;
  #counted = 0;
  #inputTokens = 0;
  #reported = 0;
  #reportedTokens = 0;
  #cachedTokens = 0;
  #knownTokens = 0;
  #idealTokens = 0;

  add(record: TurnRecord, isStartUp: boolean): void {
    if (record.status === 'cancelled' || record.status === 'unsent') return;
    if (record.status !== 'ok') {
      this.#failed++;
      return;
    }
    const { inputTokens, cachedTokens } = record;
    this.#completed++;
    if (!isStartUp) {
      for (const { name, column } of this.#columns) column.add(METRICS[name].of(record));
    }
    if (inputTokens === undefined) return;
    this.#counted++;
    this.#inputTokens += inputTokens;
    if (cachedTokens === undefined) return;
    this.#reported++;
    this.#reportedTokens += inputTokens;
    this.#cachedTokens += cachedTokens;
  }

  addIdeal({ inputTokens, idealTokens }: RoundIdeal): void {
    if (inputTokens === undefined || idealTokens === undefined) return;
    this.#knownTokens += inputTokens;
    this.#idealTokens += idealTokens;
  }

  merge(other: Round): void {
    this.#columns.forEach(({ column }, index) => {
      column.merge(other.#columns[index]!.column);
    });
    this.#completed += other.#completed;
    this.#failed += other.#failed;
    this.#counted += other.#counted;
    this.#inputTokens += other.#inputTokens;
    this.#reported += other.#reported;
    this.#reportedTokens += other.#reportedTokens;
    this.#cachedTokens += other.#cachedTokens;
    this.#knownTokens += other.#knownTokens;
    this.#idealTokens += other.#idealTokens;
  }

  close(): Omit<RoundSummary, keyof Span> {
    return {
      completed: this.#completed,
      failed: this.#failed,
      ...(this.#counted > 0 && { meanInputTokens: this.#inputTokens / this.#counted }),
      ...(this.#reported > 0 && { meanCachedTokens: this.#cachedTokens / this.#reported }),
      ...(this.#reportedTokens > 0 && { cachedShare: this.#cachedTokens / this.#reportedTokens }),
      ...(this.#knownTokens > 0 && { idealShare: this.#idealTokens / this.#knownTokens }),
      ...sampledOfEach(this.#columns),
    };
  }
}
