import type { Clock } from '../../base/clock.ts';
import { stream } from '../../base/random.ts';
import type { EngineOptions } from '../../scenario/engine.ts';
import type { EngineEvents } from '../events.ts';
import type { Sequence } from '../schedule/sequence.ts';
import { BlockPool } from './block-pool.ts';
import { Offload } from './offload.ts';
import { type GpuMemory, offloadSettings } from './offload-settings.ts';

/** Where an engine keeps its KV: blocks on the GPU, and the tiers below them. */
export interface KvMemory {
  readonly pool: BlockPool;
  readonly offload: Offload | undefined;
}

/**
 * @param onStored a copy that the sequence's blocks were held for is complete
 * @param events told what is stored and evicted
 * @throws UsageError for options of the tiers that cannot be had together
 */
export function kvMemory(
  clock: Clock,
  options: EngineOptions,
  gpu: GpuMemory,
  onStored: (sequence: Sequence) => void,
  events: readonly EngineEvents[] = [],
): KvMemory {
  const { expirySec, unloaded } = options.defects;
  const ageMs = expirySec === undefined ? undefined : expirySec * 1000;
  const settings = offloadSettings(options, gpu);
  const isUnloaded =
    unloaded > 0
      ? (request: number) => stream(options.seed, 'unloaded', request)() < unloaded
      : undefined;
  const offload =
    settings && new Offload({ ...settings, isUnloaded }, { clock, ageMs, events, onStored });
  const listeners = [...events, ...(offload?.gpuListeners ?? [])];
  const pool = new BlockPool(gpu.blocks, { clock, ageMs, events: listeners });
  return { pool, offload };
}
