import type { TurnRecord } from '../record/record.ts';
import { Column } from './column.ts';
import { type ConversationMetricName, METRICS } from './metrics.ts';
import type { Progress } from './progress.ts';
import { type Distribution, distributionOf } from './quantile.ts';

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

  add({ userId, status, turn, turns }: TurnRecord): void {
    const isDone = status === 'ok';
    this.#advance(userId, {
      done: isDone ? 1n << BigInt(turn) : 0n,
      isFinished: isDone && turn === turns - 1,
    });
  }

  merge(other: Conversations): void {
    for (const [userId, progress] of other.#progress) this.#advance(userId, progress);
  }

  close(): ConversationsSummary {
    const turns = new Column();
    let finished = 0;
    for (const progress of this.#progress.values()) {
      turns.add(METRICS.turnsDone.of(progress));
      if (progress.isFinished) finished++;
    }
    const turnsDone = distributionOf(turns);
    return { seen: this.#progress.size, finished, ...(turnsDone && { turnsDone }) };
  }

  #advance(userId: number, by: Progress): void {
    const old = this.#progress.get(userId);
    this.#progress.set(userId, {
      done: (old?.done ?? 0n) | by.done,
      isFinished: old?.isFinished || by.isFinished,
    });
  }
}
