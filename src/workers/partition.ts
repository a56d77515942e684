import type { Partition } from '../scenario/population.ts';
import type { Scenario } from '../scenario/schema.ts';

/** The share of the `index`th of so many workers: of the whole, or of the partition that all of them play. */
export function partitionOf({ population }: Scenario, index: number, workers: number): Partition {
  const { partition: outer = { index: 0, of: 1 } } = population;
  return { index: outer.index + outer.of * index, of: outer.of * workers };
}
