import type { Scenario } from '../scenario/schema.ts';

/**
 * Which of `items` a user says where each is said once: user `firstUserId + i` says item i. Ids that are
 * not the run's own, of a warm-up, say one or the other of them.
 */
export function itemOfUser({ population }: Scenario, items: number): (userId: number) => number {
  return (userId) => {
    const index = (userId - population.firstUserId) % items;
    return index < 0 ? index + items : index;
  };
}

/** `replayOf` of a user who says an item that another is the first to say; nothing for the first. */
export function replayOf(userId: number, firstUser: number): { readonly replayOf?: number } {
  return userId === firstUser ? {} : { replayOf: firstUser };
}
