import type { TurnRecord } from '../record/record.ts';
import { Column } from './column.ts';
import { type ConversationMetricName, METRICS } from './metrics.ts';
import { bitsOf, type Progress } from './progress.ts';
import { type Distribution, sampledOf } from './quantile.ts';

export interface ConversationsSummary
  extends Readonly<Partial<Record<ConversationMetricName, Distribution>>> {
  /** Conversations with a measured turn. */
  readonly seen: number;
  /** Those whose last turn was completed. */
  readonly finished: number;
}

/** How far the conversations got. One that a resume went on with is still one conversation. */
export class Conversations {
  readonly #progress = new Map<number, Progress>();

  #playedAgain = 0;

  /** Records of turns that have one already. Of agents several have one in the same turn. */
  get playedAgain(): number {
    return this.#playedAgain;
  }

  add({ userId, status, turn, turns, agent }: TurnRecord): void {
    const isDone = status === 'ok';
    const bit = 1n << BigInt(turn);
    this.#advance(userId, {
      seen: agent ? 0n : bit,
      done: isDone ? bit : 0n,
      isFinished: isDone && turn === turns - 1,
    });
  }

  merge(other: Conversations): void {
    for (const [userId, progress] of other.#progress) this.#advance(userId, progress);
    this.#playedAgain += other.#playedAgain;
  }

  close(): ConversationsSummary {
    const turns = new Column();
    let finished = 0;
    for (const progress of this.#progress.values()) {
      turns.add(METRICS.turnsDone.of(progress));
      if (progress.isFinished) finished++;
    }
    const turnsDone = sampledOf(turns);
    return { seen: this.#progress.size, finished, ...(turnsDone && { turnsDone }) };
  }

  #advance(userId: number, by: Progress): void {
    const old = this.#progress.get(userId);
    if (old) this.#playedAgain += bitsOf(old.seen & by.seen);
    this.#progress.set(userId, {
      seen: (old?.seen ?? 0n) | by.seen,
      done: (old?.done ?? 0n) | by.done,
      isFinished: old?.isFinished || by.isFinished,
    });
  }
}
