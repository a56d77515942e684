import { UsageError } from '../../base/errors.ts';
import { found } from '../../base/json.ts';
import type { ModelConfig } from './model-config.ts';

export const KV_DTYPES = ['bfloat16', 'float16', 'float32', 'fp8'] as const;
export type KvDtype = (typeof KV_DTYPES)[number];

const BYTES_OF: Readonly<Record<string, number>> = { fp8: 1, float8_e4m3fn: 1, float32: 4 };
const HALF_BYTES = 2;

/** Layers, query heads and head size, under whichever names the model has them. */
export interface AttentionShape {
  readonly layers: number;
  readonly heads: number;
  readonly headDim: number;
  readonly kvHeads: number;
  readonly hiddenSize: number;
}

/**
 * KV cache of one token in bytes, all layers, on all GPUs together:
 *
 *   2 (key and value) * layers * KV heads * head size * bytes         grouped-query attention
 *   layers * (kv_lora_rank + qk_rope_head_dim) * bytes                multi-head latent attention
 *
 * KV heads are the query heads where the config says nothing else, and one with `multi_query`. Bytes are those of
 * `kvDtype`, or else of the model's own type.
 * @throws UsageError for a model whose layers differ or forget: it has no such number. Also for what is missing.
 */
export function kvBytesPerToken(config: ModelConfig, kvDtype?: KvDtype): number {
  const reasons = withoutFixedBytes(config);
  if (!kvDtype && ownKvScheme(config)) {
    reasons.push(
      `quantization_config: has a KV scheme of its own; give kvDtype, ${KV_DTYPES.join(', ')}, in a profile file`,
    );
  }
  if (reasons.length) throw new UsageError(reasons);
  const bytes = kvDtype ? (BYTES_OF[kvDtype] ?? HALF_BYTES) : dtypeBytes(config);
  const { kv_lora_rank: rank, qk_rope_head_dim: rope } = config;
  if (rank && rope) return layersOf(config) * (rank + rope) * bytes;
  const { layers, kvHeads, headDim } = attentionShape(config);
  return 2 * layers * kvHeads * headDim * bytes;
}

/** Bytes of a number of the model's type. Checkpoints in float32, or in none that is named, are served in 16 bits. */
export function dtypeBytes({ dtype, torch_dtype }: ModelConfig): number {
  const name = (dtype ?? torch_dtype ?? 'auto').replace(/^torch\./, '');
  return name === 'float32' ? HALF_BYTES : (BYTES_OF[name] ?? HALF_BYTES);
}

/** @throws UsageError naming every field that is missing. */
export function attentionShape(config: ModelConfig): AttentionShape {
  const layers = config.num_hidden_layers ?? config.n_layer;
  const heads = config.num_attention_heads ?? config.n_head;
  const hiddenSize = config.hidden_size ?? config.n_embd;
  const problems: string[] = [];
  if (!layers) problems.push('num_hidden_layers: missing; expected a whole number');
  if (!heads) problems.push('num_attention_heads: missing; expected a whole number');
  if (!hiddenSize) problems.push('hidden_size: missing; expected a whole number');
  const headDim = config.head_dim ?? (hiddenSize ?? 0) / (heads ?? 1);
  if (!problems.length && !Number.isInteger(headDim)) {
    problems.push(
      `head_dim: missing, and hidden_size ${hiddenSize} is no multiple of ${heads} heads`,
    );
  }
  if (!layers || !heads || !hiddenSize || problems.length) throw new UsageError(problems);
  return { layers, heads, headDim, kvHeads: kvHeadsOf(config, heads), hiddenSize };
}

function layersOf(config: ModelConfig): number {
  const layers = config.num_hidden_layers;
  if (layers) return layers;
  throw new UsageError('num_hidden_layers: missing; expected a whole number');
}

/** Falcon's and StarCoder's `multi_query` is one head, unless the newer Falcon decoder counts them. */
function kvHeadsOf(config: ModelConfig, heads: number): number {
  if (config.multi_query && !config.new_decoder_architecture) return 1;
  return config.num_key_value_heads ?? config.num_kv_heads ?? heads;
}

function ownKvScheme({ quantization_config: quantization }: ModelConfig): boolean {
  const scheme = quantization?.['kv_cache_scheme'] ?? quantization?.['kv_cache_quant_algo'];
  return scheme !== undefined && scheme !== null;
}

/** Fields that only models with other layers than full attention have, or whose layers share their KV. */
const OTHER_LAYERS = [
  ...['layers_block_type', 'attn_layer_period', 'attn_layer_indices', 'attn_type_list'],
  ...['block_types', 'full_attention_interval', 'hybrid_override_pattern', 'linear_attn_config'],
  ...['ssm_cfg', 'state_size', 'mamba_d_state', 'attention_chunk_size', 'sliding_window_pattern'],
  ...['num_kv_shared_layers', 'index_topk'],
];

function withoutFixedBytes(config: ModelConfig): string[] {
  const way =
    'its KV bytes are not the same for every token; a profile file (engine.gpu) can give kvBytesPerToken';
  const reason = (field: string, value: unknown) => `${field}: ${found(value)}; ${way}`;
  const others = OTHER_LAYERS.filter((field) => {
    const value = config[field];
    return value !== undefined && value !== null && value !== 0 && value !== false;
  }).map((field) => reason(field, config[field]));
  const types = [...new Set(config.layer_types)].filter((type) => type !== 'full_attention');
  if (types.length) others.push(reason('layer_types', types));
  else if (slides(config)) others.push(reason('sliding_window', config.sliding_window));
  if (config.is_encoder_decoder) others.push(reason('is_encoder_decoder', true));
  return others;
}

/** A window that is switched off, or as long as the model's context, forgets nothing. */
function slides(config: ModelConfig): boolean {
  const { sliding_window: window, use_sliding_window: isUsed, layer_types: types } = config;
  if (!window || isUsed === false || types) return false;
  return window < (config.max_position_embeddings ?? Infinity);
}
