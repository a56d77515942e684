import { z } from 'zod';
import type { EvictedBlocks, EvictionsSummary } from '../server/evictions.ts';
import { bucketed } from './server-schema.ts';
import { count, object } from './summary-fields.ts';

/** What the engine's caches lost, where it tells. */
export const evictions = object<EvictionsSummary>({
  blocks: z
    .record(
      z.string(),
      object<EvictedBlocks>({
        total: count("blocks of the GPU's size"),
        own: count('for the session that had used them last'),
        other: count('for another session'),
        unknown: count('one of the two had no session'),
      }),
    )
    .optional()
    .describe('by the memory that they were in: gpu, cpu, disk, remote'),
  lifetimeSec: bucketed('of blocks of the GPU: from stored to evicted'),
  idleSec: bucketed('from stored or last found again to evicted'),
  reuseGapSec: bucketed('between the last times that an evicted block was found again'),
});
