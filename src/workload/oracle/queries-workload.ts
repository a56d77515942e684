import type { Workload } from '../conversation.ts';
import { digestOf } from '../files/digest.ts';
import { Message } from '../message.ts';

export interface Asking {
  readonly queries: readonly string[];
  /** Places of those that are still to be asked. */
  readonly left: readonly number[];
  readonly firstUserId: number;
  /** Longest answer. */
  readonly maxTokens: number;
}

/** A conversation of one turn for every query that is left: user `firstUserId + i` says the i-th of them. */
export function queriesWorkload({ queries, left, firstUserId, maxTokens }: Asking): Workload {
  return {
    conversations: left.length,
    digest: digestOf(
      1,
      { maxTokens },
      left.map((index) => queries[index]!),
    ),
    notes: [`queries: ${left.length} of ${queries.length}, answers of at most ${maxTokens} tokens`],
    conversation(userId) {
      const text = queries[left[userId - firstUserId] ?? 0]!;
      return {
        userId,
        opening: [],
        sharedTokens: 0,
        turns: [
          {
            message: new Message('user', text),
            messageTokens: undefined,
            pauseMs: 0,
            maxTokens,
            minTokens: undefined,
            recordedAnswer: undefined,
          },
        ],
        standInAnswer: () => new Message('assistant', ''),
      };
    },
  };
}
