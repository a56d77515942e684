import type { KvCapacity } from '../plan/capacity.ts';
import type { EngineHas } from './request.ts';
import type { TiersAsked } from './tiers.ts';

export function engineHas(capacity: KvCapacity): EngineHas {
  const { blocks, isInclusive, chunkBlocks, isPromptOnly, tiers } = capacity;
  const below = tiers.map((tier) => ({ name: tier.medium, blocks: tier.blocks }));
  return { blocks, tiers: below, isInclusive, chunkBlocks, isPromptOnly };
}

/** What all of it finds is what one LRU cache of so many blocks does, if it holds the same in whole blocks. */
export function reachOf({ blocks, tiers, isInclusive }: EngineHas): number {
  const sizes = [blocks, ...tiers.map((tier) => tier.blocks)];
  return isInclusive ? Math.max(...sizes) : sizes.reduce((sum, size) => sum + size, 0);
}

/** undefined without any below the GPU. */
export function engineTiers(engine: EngineHas | undefined): TiersAsked | undefined {
  if (!engine?.tiers.length) return undefined;
  const { blocks, tiers, ...how } = engine;
  return { ...how, tiers: [{ name: 'GPU', blocks }, ...tiers] };
}
