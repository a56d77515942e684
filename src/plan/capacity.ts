import { breakEvenGBps } from '../engine/cost/cost-model.ts';
import { blocksOf } from '../engine/cost/kv-capacity.ts';
import { profileOf } from '../engine/cost/profile-of.ts';
import { offloadSettings } from '../engine/kv/offload-settings.ts';
import type { EngineOptions } from '../scenario/engine.ts';

/** Of the scenario's engine; of each of them, where there are replicas. */
export interface KvCapacity {
  readonly blocks: number;
  readonly bytesPerToken: number;
  /** Bandwidth above which a token's KV is loaded sooner than its linear layers are computed. */
  readonly breakEvenGBps: number;
  readonly replicas: number;
  /** Cards of each engine: those that hold the model together. */
  readonly cards: number;
  /** Below the GPU; empty without offloading. */
  readonly tiers: readonly KvTier[];
  /** Tiers hold copies of what is above them, or else what was evicted there. */
  readonly isInclusive: boolean;
  /** Of the GPU's, that come and go together below it. */
  readonly chunkBlocks: number;
  /** Below the GPU there are only blocks of prompts. */
  readonly isPromptOnly: boolean;
}

export interface KvTier {
  readonly medium: string;
  /** Of the GPU's size, in whole chunks. */
  readonly blocks: number;
  /** Of its link towards the GPU. */
  readonly readGBps: number;
}

/**
 * What an engine of these options can hold, without one being made.
 * @throws UsageError for a GPU, a model or tiers that the engine would refuse
 */
export function capacityOf(options: EngineOptions): KvCapacity {
  const profile = profileOf(options);
  const blocks = blocksOf(profile, options);
  const { blockTokens, replicas } = options;
  const settings = offloadSettings(options, { ...profile, blocks, blockTokens });
  return {
    // One block is never used.
    blocks: blocks - 1,
    bytesPerToken: profile.kvBytesPerToken,
    replicas: replicas.count,
    cards: profile.tensorParallel ?? 1,
    breakEvenGBps: breakEvenGBps(profile),
    tiers: (settings?.tiers ?? []).map(({ medium, chunks, read }) => ({
      medium,
      readGBps: read.bytesPerMs / 1e6,
      blocks: chunks * settings!.shape.chunkBlocks,
    })),
    isInclusive: settings?.inclusive ?? true,
    chunkBlocks: settings?.shape.chunkBlocks ?? 1,
    isPromptOnly: settings?.promptOnly ?? false,
  };
}
