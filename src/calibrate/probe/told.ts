import { labelsOf, samplesOf } from '../../server/exposition.ts';
import { gaugesOf } from '../../server/page.ts';

/** What a server's own pages say of its settings; absent: they do not. */
export interface ServerTold {
  /** KV blocks, the null block included, and tokens of each. */
  readonly blocks?: number;
  readonly blockTokens?: number;
  readonly isCaching?: boolean;
  /** Host memory for blocks that leave the GPU, bytes. */
  readonly offloadBytes?: number;
}

/** By vLLM's `cache_config_info`, whose labels are its CacheConfig, and by whatever other engines tell. */
export function toldBy(page: string | undefined): ServerTold {
  if (page === undefined) return {};
  const { capacityBlocks: blocks, blockTokens } = gaugesOf(page, ['capacityBlocks', 'blockTokens']);
  const [config] = samplesOf(page, (name) => /^vllm.cache_config_info$/.test(name));
  const labels = config ? labelsOf(config.labelText) : {};
  const caching = labels['enable_prefix_caching'];
  const offloadGiB = Number(labels['kv_offloading_size'] ?? Number.NaN);
  return {
    ...(blocks !== undefined && { blocks }),
    ...(blockTokens !== undefined && { blockTokens }),
    ...(caching !== undefined && { isCaching: caching === 'True' }),
    ...(offloadGiB > 0 && { offloadBytes: offloadGiB * 2 ** 30 }),
  };
}

/** Requests that somebody else has there; undefined: the page does not say. */
export function othersOn(
  page: string | undefined,
): { running: number; waiting: number } | undefined {
  if (page === undefined) return undefined;
  const { running, waiting } = gaugesOf(page, ['running', 'waiting']);
  return running === undefined ? undefined : { running, waiting: waiting ?? 0 };
}
