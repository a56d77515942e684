import { floatText } from '../python-text.ts';
import type { Labels } from './family.ts';
import type { MeteredEngine } from './metered-engine.ts';

/** vLLM's settings of the KV cache, as it prints them; what this engine does not have is as vLLM leaves it. */
export function cacheConfig({ options, blocks, lengthLimit }: MeteredEngine): Labels {
  const { blockTokens, prefixCaching, offload } = options;
  const isOffloading = (offload.preset ?? 'none') !== 'none';
  const hostGiB = ((offload.cpu?.capacityGB ?? 0) * 1e9) / 2 ** 30;
  const tokens = blocks * blockTokens;
  return {
    ...UNSET,
    block_size: String(blockTokens),
    effective_attention_block_size: String(blockTokens),
    enable_prefix_caching: prefixCaching ? 'True' : 'False',
    kv_cache_max_concurrency: floatText(tokens / lengthLimit),
    kv_cache_size_tokens: String(tokens),
    kv_offloading_size: isOffloading && hostGiB > 0 ? floatText(hostGiB) : 'None',
    num_gpu_blocks: String(blocks),
    num_gpu_blocks_override: options.blocks === undefined ? 'None' : String(options.blocks),
  };
}

/** By vLLM 0.32, where nothing is said of them. */
const UNSET: Labels = {
  _block_size_resolved: 'True',
  cache_dtype: 'auto',
  cache_hit_alignment_tokens: 'None',
  enable_mamba_shared_prefix_checkpoint: 'False',
  gpu_memory_utilization: '0.92',
  hash_block_size: 'None',
  is_attention_free: 'False',
  kv_cache_dtype_skip_layers: '[]',
  kv_cache_layout: 'None',
  kv_cache_memory_bytes: 'None',
  kv_offloading_backend: 'native',
  kv_sharing_fast_prefill: 'False',
  mamba_block_size: 'None',
  mamba_cache_dtype: 'auto',
  mamba_cache_mode: 'none',
  mamba_page_size_padded: 'None',
  mamba_ssm_cache_dtype: 'float32',
  num_cpu_blocks: 'None',
  prefix_cache_retention_interval: '0',
  prefix_caching_hash_algo: 'sha256',
  prefix_match_unit: 'None',
  replayssm_buffer_len: '16',
  skip_page_size_padded: 'None',
  sliding_window: 'None',
  swa_bounded_replay: 'True',
  use_kda_recoverssm: 'False',
  use_replayssm: 'False',
  user_specified_block_size: 'True',
};
