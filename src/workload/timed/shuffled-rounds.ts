import type { Rng } from '../../base/random.ts';
import { shuffled } from '../draw/shuffle.ts';

/** All of the items in any order, then all of them in another. */
export function shuffledRounds<Item>(items: readonly Item[], rng: Rng): () => Item | undefined {
  let order: Item[] = [];
  return () => {
    if (!order.length) order = shuffled(rng, items);
    return order.pop();
  };
}
