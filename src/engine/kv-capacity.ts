import type { EngineOptions } from '../scenario/engine.ts';
import { profileOf } from './cost/cost-model.ts';
import { blocksOf, kvBytesPerToken } from './cost/profiles.ts';

/** What an engine's GPU holds of KV. */
export interface KvCapacity {
  /** Usable blocks: without vLLM's null block. */
  readonly blocks: number;
  readonly bytesPerToken: number;
}

/** @throws UsageError for an unknown GPU. */
export function kvCapacity(options: EngineOptions): KvCapacity {
  const profile = profileOf(options);
  const bytesPerToken = kvBytesPerToken(profile);
  const { blockTokens, kvGB } = options;
  const fitting =
    kvGB === undefined
      ? blocksOf(profile, blockTokens)
      : Math.floor((kvGB * 1e9) / (blockTokens * bytesPerToken));
  return { blocks: (options.blocks ?? fitting) - 1, bytesPerToken };
}
