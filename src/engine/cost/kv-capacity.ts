import { UsageError } from '../../base/errors.ts';
import { MOST } from '../../scenario/bounds.ts';
import type { Profile } from './profile.ts';

/** The block size that a profile's `blocks` count in: vLLM's default. */
export const PROFILE_BLOCK_TOKENS = 16;
/** vLLM's default `gpu_memory_utilization`. */
export const MEMORY_SHARE = 0.9;
/** Activations, CUDA graphs and the context: 1.7 on the RTX 4090 by its measured blocks; more with a larger token budget. */
export const RESERVED_GB = 2;
/** One block is never used. */
export const BLOCKS_MIN = 2;

export interface MemoryUse {
  readonly memoryGiB: number;
  /** Share of it that the engine may take. */
  readonly memoryShare?: number | undefined;
  readonly reservedGB?: number | undefined;
  readonly weightBytes: number;
  readonly kvBytesPerToken: number;
}

/** Blocks of 16 tokens in what weights and activations leave; what vLLM measures at its start, estimated. */
export function estimatedBlocks(use: MemoryUse): number {
  const { memoryShare = MEMORY_SHARE, reservedGB = RESERVED_GB, kvBytesPerToken } = use;
  const bytes = memoryShare * use.memoryGiB * 2 ** 30 - use.weightBytes - reservedGB * 1e9;
  return Math.floor(bytes / (PROFILE_BLOCK_TOKENS * kvBytesPerToken));
}

/** The same KV memory for a model of other KV bytes. */
export function withKvBytes(profile: Profile, kvBytesPerToken: number): Profile {
  const blocks = Math.floor((profile.blocks * profile.kvBytesPerToken) / kvBytesPerToken);
  return { ...profile, kvBytesPerToken, blocks };
}

/**
 * KV blocks of an engine, the null block included: as asked for, or as fit into the memory asked for, or into
 * what the profile has.
 * @throws UsageError where fewer than two fit, or more than can be kept account of.
 */
export function blocksOf(
  profile: Profile,
  options: {
    readonly blocks?: number | undefined;
    readonly kvGB?: number | undefined;
    readonly blockTokens: number;
  },
): number {
  const { blocks, kvGB, blockTokens } = options;
  if (blocks !== undefined) return blocks;
  const blockBytes = profile.kvBytesPerToken * blockTokens;
  const fitting =
    kvGB === undefined
      ? Math.floor((profile.blocks * PROFILE_BLOCK_TOKENS) / blockTokens)
      : Math.floor(Math.round(kvGB * 1e9) / blockBytes);
  if (fitting >= BLOCKS_MIN && fitting <= MOST.blocks) return fitting;
  const found =
    kvGB === undefined ? `engine.blockTokens: found ${blockTokens}` : `engine.kvGB: found ${kvGB}`;
  throw new UsageError(
    `${found}; room for ${fitting} blocks of ${blockBytes} bytes, expected for at least ${BLOCKS_MIN}, and at most ${MOST.blocks}`,
  );
}
