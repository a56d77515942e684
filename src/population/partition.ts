import type { Partition } from '../scenario/population.ts';

/**
 * Whether the `index`th of the whole (user, slot or warm-up request, from 0) is played by this process.
 * Every partition computes the whole, so that what it plays comes when it would have come there.
 */
export function isShareOf(partition: Partition | undefined, index: number): boolean {
  return partition === undefined || index % partition.of === partition.index;
}

/** Those of `items` that are this partition's, in their order. */
export function* shareOf<Item>(
  partition: Partition | undefined,
  items: Iterable<Item>,
  indexOf: (item: Item) => number,
): Generator<Item> {
  for (const item of items) if (isShareOf(partition, indexOf(item))) yield item;
}
