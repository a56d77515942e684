import { admissionsOf } from './admissions.ts';
import { type Reuse, reusesAt } from './expected.ts';
import type { Served } from './served.ts';
import { storedBy } from './tier-view.ts';
import type { TierCapacities } from './tiers.ts';

/** By request, where the longer run of what the GPU has and what is below it is found. */
export function reusesIn(
  { gpu, below, stored }: TierCapacities,
  served: readonly Served[],
  blockTokens: number,
): Reuse[] {
  const local = reusesAt(served, blockTokens, gpu.blocks);
  if (!below || !stored) return local;
  const { chunkBlocks } = stored;
  const view = storedBy(served, admissionsOf(served, 0), stored, () => undefined);
  const chunkTokens = chunkBlocks * blockTokens;
  const lower = reusesAt([...view.keys()], chunkTokens, Math.floor(below.blocks / chunkBlocks));
  return local.map((reuse, request) => ({
    ...reuse,
    expectedBlocks: Math.max(reuse.expectedBlocks, chunkBlocks * lower[request]!.expectedBlocks),
  }));
}
