import { breakEvenGBps } from '../engine/cost/cost-model.ts';
import { blocksOf } from '../engine/cost/kv-capacity.ts';
import { profileOf } from '../engine/cost/profile-of.ts';
import { offloadSettings } from '../engine/kv/offload-settings.ts';
import type { EngineOptions } from '../scenario/engine.ts';
import type { KvCapacity } from './working-set.ts';

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
    breakEvenGBps: breakEvenGBps(profile),
    tiers: (settings?.tiers ?? []).map(({ medium, chunks, read }) => ({
      medium,
      readGBps: read.bytesPerMs / 1e6,
      blocks: chunks * settings!.shape.chunkBlocks,
    })),
    isInclusive: settings?.inclusive ?? true,
  };
}
