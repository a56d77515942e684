import type { OffloadOptions } from '../../scenario/offload.ts';

export type Preset = Exclude<OffloadOptions['preset'], 'none' | undefined>;

/** What an engine's offloading does where nothing else is said. */
export interface PresetSettings {
  /** undefined: the GPU's block. */
  readonly chunkTokens: number | undefined;
  readonly inclusive: boolean;
  readonly promptOnly: boolean;
  readonly storeThreshold: number;
  /** Capacity of the host tier where none is given, in multiples of the GPU's. */
  readonly hostRatio: number | undefined;
}

/**
 * What the engines do by default: vLLM's OffloadingConnector (`offload_prompt_only`), LMCache
 * (`chunk_size` 256, `save_decode_cache` off), SGLang's HiCache (`--hicache-ratio 2`, write_through; give
 * its page size as engine.blockTokens).
 */
export const PRESETS: Readonly<Record<Preset, PresetSettings>> = {
  vllm: {
    chunkTokens: undefined,
    inclusive: true,
    promptOnly: true,
    storeThreshold: 1,
    hostRatio: undefined,
  },
  lmcache: {
    chunkTokens: 256,
    inclusive: true,
    promptOnly: true,
    storeThreshold: 1,
    hostRatio: undefined,
  },
  hicache: {
    chunkTokens: undefined,
    inclusive: true,
    promptOnly: false,
    storeThreshold: 1,
    hostRatio: 2,
  },
};
