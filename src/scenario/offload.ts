import { z } from 'zod';
import { cap, MOST, milliseconds, someTokens } from './bounds.ts';

const gigabytes = z.number().positive().max(MOST.gigabytes);

const tierSchema = z.strictObject({
  capacityGB: gigabytes.optional().describe('1 GB is 1e9 bytes; this or blocks'),
  blocks: cap.optional().describe("capacity in the GPU's KV blocks"),
  readGBps: gigabytes.optional().describe('towards the GPU, shared by all transfers under way'),
  writeGBps: gigabytes.optional().describe('away from the GPU, likewise'),
  latencyMs: milliseconds.optional().describe('before the first byte of a transfer'),
});

/** KV cache below the GPU's: what real engines call offloading, or a hierarchical cache. */
export const offloadSchema = z.strictObject({
  preset: z
    .enum(['none', 'vllm', 'lmcache', 'hicache'])
    .optional()
    .describe(
      "none: no tiers, whatever stands beside it; vllm: native offloading; lmcache: chunks of 256 tokens; hicache: SGLang's. Fields beside it override what it says",
    ),
  chunkTokens: someTokens
    .optional()
    .describe('tokens that are stored and loaded together, a multiple of engine.blockTokens'),
  inclusive: z
    .boolean()
    .optional()
    .describe(
      'true: a copy is written as soon as a chunk is computed; false: blocks move down when they are evicted, and up when they are hit',
    ),
  promptOnly: z.boolean().optional().describe('generated tokens are stored when they come back'),
  storeThreshold: cap
    .optional()
    .describe('a chunk is stored when it is seen for the so-manieth time; 1: the first'),
  cpu: tierSchema.optional(),
  disk: tierSchema.optional(),
  remote: tierSchema.optional(),
});

export type OffloadOptions = z.infer<typeof offloadSchema>;
export type TierOptions = z.infer<typeof tierSchema>;
