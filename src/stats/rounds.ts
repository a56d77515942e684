import type { TurnRecord } from '../record/record.ts';
import { Column } from './column.ts';
import { tpotMs, ttftMs } from './latency.ts';
import { type Distribution, distributionOf } from './quantile.ts';

/** Consecutive rounds of all conversations. Numbers are of completed requests. */
export interface RoundSummary {
  /** The first turn of a conversation is round 1. */
  readonly fromRound: number;
  readonly toRound: number;
  readonly completed: number;
  readonly failed: number;
  readonly inputTokens?: Distribution;
  /** Of the requests that reported cached tokens. */
  readonly cachedTokens?: Distribution;
  readonly cachedShare?: number;
  /** Of the requests for which the ideal is known: what a cache that never forgets would have held. */
  readonly idealShare?: number;
  readonly ttftMs?: Distribution;
  readonly tpotMs?: Distribution;
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

  add(record: TurnRecord): void {
    if (record.phase === 'measure') this.#round(record.turn + 1).add(record);
  }

  /** The ideal of one of the requests. */
  addIdeal(turn: RoundIdeal): void {
    this.#round(turn.turn + 1).addIdeal(turn);
  }

  merge(other: Rounds): void {
    for (const [number, round] of other.#rounds) this.#round(number).merge(round);
  }

  /** One entry a round. */
  close(): RoundSummary[] {
    return this.#closeAs((number) => ({ fromRound: number, toRound: number }));
  }

  /** One entry a round up to 20, then 21-40, 41-80, 81-160 and so on, so that a table fits the eye. */
  closeGrouped(): RoundSummary[] {
    return this.#closeAs(groupOf);
  }

  #closeAs(group: (round: number) => Span): RoundSummary[] {
    const groups = new Map<number, { span: Span; round: Round }>();
    for (const [number, round] of [...this.#rounds].sort(([a], [b]) => a - b)) {
      const span = group(number);
      const old = groups.get(span.fromRound);
      const target = old?.round ?? new Round();
      target.merge(round);
      groups.set(span.fromRound, { span, round: target });
    }
    return [...groups.values()].map(({ span, round }) => ({ ...span, ...round.close() }));
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
  readonly #ttft = new Column();
  readonly #tpot = new Column();
  readonly #input = new Column();
  readonly #cached = new Column();
  #completed = 0;
  #failed = 0;
  #reportedTokens = 0;
  #cachedTokens = 0;
  #knownTokens = 0;
  #idealTokens = 0;

  add(record: TurnRecord): void {
    if (record.status === 'cancelled' || record.status === 'unsent') return;
    if (record.status !== 'ok') {
      this.#failed++;
      return;
    }
    const { inputTokens, cachedTokens } = record;
    this.#completed++;
    this.#ttft.add(ttftMs(record));
    this.#tpot.add(tpotMs(record));
    this.#input.add(inputTokens);
    this.#cached.add(cachedTokens);
    if (inputTokens === undefined || cachedTokens === undefined) return;
    this.#reportedTokens += inputTokens;
    this.#cachedTokens += cachedTokens;
  }

  addIdeal({ inputTokens, idealTokens }: RoundIdeal): void {
    if (inputTokens === undefined || idealTokens === undefined) return;
    this.#knownTokens += inputTokens;
    this.#idealTokens += idealTokens;
  }

  merge(other: Round): void {
    this.#ttft.merge(other.#ttft);
    this.#tpot.merge(other.#tpot);
    this.#input.merge(other.#input);
    this.#cached.merge(other.#cached);
    this.#completed += other.#completed;
    this.#failed += other.#failed;
    this.#reportedTokens += other.#reportedTokens;
    this.#cachedTokens += other.#cachedTokens;
    this.#knownTokens += other.#knownTokens;
    this.#idealTokens += other.#idealTokens;
  }

  close(): Omit<RoundSummary, keyof Span> {
    return {
      completed: this.#completed,
      failed: this.#failed,
      ...row('inputTokens', this.#input),
      ...row('cachedTokens', this.#cached),
      ...(this.#reportedTokens > 0 && { cachedShare: this.#cachedTokens / this.#reportedTokens }),
      ...(this.#knownTokens > 0 && { idealShare: this.#idealTokens / this.#knownTokens }),
      ...row('ttftMs', this.#ttft),
      ...row('tpotMs', this.#tpot),
    };
  }
}

function row<Name extends string>(name: Name, column: Column) {
  const distribution = distributionOf(column);
  return (distribution ? { [name]: distribution } : {}) as { [key in Name]?: Distribution };
}
