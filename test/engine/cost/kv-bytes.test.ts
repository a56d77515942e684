import { describe, expect, test } from 'vitest';
import { kvBytesPerToken } from '../../../src/engine/cost/kv-bytes.ts';
import {
  LLAMA_31_8B,
  languageModel,
  type ModelConfig,
} from '../../../src/engine/cost/model-config.ts';
import { weightsOf } from '../../../src/engine/cost/weights.ts';

const llama70b: ModelConfig = {
  ...LLAMA_31_8B,
  hidden_size: 8192,
  num_hidden_layers: 80,
  num_attention_heads: 64,
  intermediate_size: 28_672,
};
const qwen7b: ModelConfig = {
  model_type: 'qwen2',
  hidden_size: 3584,
  num_hidden_layers: 28,
  num_attention_heads: 28,
  num_key_value_heads: 4,
  intermediate_size: 18_944,
  vocab_size: 152_064,
  hidden_act: 'silu',
  max_position_embeddings: 32_768,
  sliding_window: 131_072,
  use_sliding_window: false,
  torch_dtype: 'bfloat16',
};
const deepseekV3: ModelConfig = {
  model_type: 'deepseek_v3',
  hidden_size: 7168,
  num_hidden_layers: 61,
  num_attention_heads: 128,
  num_key_value_heads: 128,
  kv_lora_rank: 512,
  qk_rope_head_dim: 64,
  intermediate_size: 18_432,
  vocab_size: 129_280,
  n_routed_experts: 256,
  torch_dtype: 'bfloat16',
  quantization_config: { quant_method: 'fp8', fmt: 'e4m3' },
};
/** Many heads of a size that is not hidden_size / heads, as Qwen3 has them. */
const qwen3: ModelConfig = { ...qwen7b, num_attention_heads: 32, head_dim: 128 };
const mha: ModelConfig = { hidden_size: 4096, num_hidden_layers: 32, num_attention_heads: 32 };

describe('KV bytes per token', () => {
  test.each<[string, ModelConfig, number]>([
    ['Llama-3.1-8B: 2 * 32 * 8 * 128 * 2', LLAMA_31_8B, 131_072],
    ['Llama-3.1-70B: 2 * 80 * 8 * 128 * 2', llama70b, 327_680],
    ['Qwen2.5-7B, its sliding window switched off: 2 * 28 * 4 * 128 * 2', qwen7b, 57_344],
    ['DeepSeek-V3, one latent vector: 61 * (512 + 64) * 2', deepseekV3, 70_272],
    ['a head size of its own: 2 * 28 * 4 * 128 * 2', qwen3, 57_344],
    ['multi-head attention, no type named: 2 * 32 * 32 * 128 * 2', mha, 524_288],
    ['a null is as good as nothing', { ...mha, num_key_value_heads: null }, 524_288],
    ['multi-query: 2 * 32 * 1 * 128 * 2', { ...mha, multi_query: true }, 16_384],
    ['float32 is served in 16 bits', { ...mha, torch_dtype: 'float32' }, 524_288],
    ["the newer name 'dtype'", { ...mha, dtype: 'float8_e4m3fn' }, 262_144],
    ['older names', { n_embd: 768, n_layer: 12, n_head: 12 }, 2 * 12 * 12 * 64 * 2],
    [
      'Falcon-40B counts its heads, multi_query or not',
      { ...mha, multi_query: true, new_decoder_architecture: true, num_kv_heads: 8 },
      131_072,
    ],
    [
      'a window as long as the context forgets nothing',
      { ...mha, sliding_window: 32_768, max_position_embeddings: 32_768 },
      524_288,
    ],
    ['layers that are all alike', { ...mha, layer_types: ['full_attention'] }, 524_288],
  ])('%s', (_, config, expected) => {
    expect(kvBytesPerToken(config)).toBe(expected);
  });

  test('a KV type of its own: half of it in FP8, twice in float32', () => {
    expect(kvBytesPerToken(LLAMA_31_8B, 'fp8')).toBe(65_536);
    expect(kvBytesPerToken(LLAMA_31_8B, 'float32')).toBe(262_144);
    expect(kvBytesPerToken(deepseekV3, 'fp8')).toBe(35_136);
  });

  test('a model that also sees has its language model in text_config, its type maybe outside', () => {
    const config = {
      model_type: 'llava',
      torch_dtype: 'bfloat16',
      text_config: { ...qwen7b, torch_dtype: null },
      vision_config: { hidden_size: 1024, num_hidden_layers: 24 },
    };
    expect(kvBytesPerToken(languageModel(config, 'config.json'))).toBe(57_344);
  });

  test.each<[string, ModelConfig, string]>([
    ['Mistral-7B v0.1', { ...mha, sliding_window: 4096 }, 'sliding_window: found 4096'],
    [
      'gpt-oss',
      { ...mha, sliding_window: 128, layer_types: ['sliding_attention', 'full_attention'] },
      'layer_types: found ["sliding_attention"]',
    ],
    ['Gemma 3', { ...mha, sliding_window_pattern: 6 }, 'sliding_window_pattern: found 6'],
    ['Llama 4', { ...mha, attention_chunk_size: 8192 }, 'attention_chunk_size: found 8192'],
    ['Jamba', { ...mha, attn_layer_period: 8 }, 'attn_layer_period: found 8'],
    ['Gemma 3n', { ...mha, num_kv_shared_layers: 15 }, 'num_kv_shared_layers: found 15'],
    ['DeepSeek-V3.2', { ...deepseekV3, index_topk: 2048 }, 'index_topk: found 2048'],
    ['T5', { ...mha, is_encoder_decoder: true }, 'is_encoder_decoder: found true'],
    [
      'a checkpoint with a quantized KV cache',
      { ...mha, quantization_config: { kv_cache_scheme: { num_bits: 8 } } },
      'quantization_config: has a KV scheme of its own; give kvDtype',
    ],
  ])('%s has no such number, and is refused rather than given one', (_, config, message) => {
    expect(() => kvBytesPerToken(config)).toThrow(message);
  });

  test.each<[ModelConfig, RegExp]>([
    [{}, /num_hidden_layers: missing.*num_attention_heads: missing.*hidden_size: missing/s],
    [{ ...mha, hidden_size: 4000, num_attention_heads: 33 }, /head_dim: missing, and hidden_size/],
    [{ kv_lora_rank: 512, qk_rope_head_dim: 64 }, /num_hidden_layers: missing/],
  ])('%j is refused with what is missing', (config, message) => {
    expect(() => kvBytesPerToken(config)).toThrow(message);
  });
});

describe('weights', () => {
  test.each<[string, ModelConfig, number]>([
    // Parameters as their makers give them, in billions.
    ['Llama-3.1-8B', LLAMA_31_8B, 8.03],
    ['Llama-3.1-70B', llama70b, 70.6],
    ['Qwen2.5-7B', qwen7b, 7.62],
  ])('%s: its parameters are those of its model card', (_, config, billions) => {
    expect(weightsOf(config).totalBytes / 2 / 1e9).toBeCloseTo(billions, billions > 10 ? 1 : 2);
  });

  test('tied embeddings are there once, an MLP without a gate has two matrices', () => {
    const { totalBytes, headBytes, linearParameters } = weightsOf(qwen7b);
    expect(weightsOf({ ...qwen7b, tie_word_embeddings: true }).totalBytes).toBe(
      totalBytes - headBytes,
    );
    expect(weightsOf({ ...qwen7b, hidden_act: 'gelu' }).linearParameters).toBe(
      linearParameters - 28 * 3584 * 18_944,
    );
  });

  test('quantized weights are read in their own bytes, the output layer in those of the model', () => {
    const plain = weightsOf(qwen7b);
    const quantized = weightsOf({ ...qwen7b, quantization_config: {} }, 0.5);
    expect(quantized.linearBytes).toBe(plain.linearBytes / 4);
    expect(quantized.headBytes).toBe(plain.headBytes);
  });

  test.each<[ModelConfig, RegExp]>([
    [deepseekV3, /n_routed_experts: found 256.*kv_lora_rank: found 512.*quantization_config/s],
    [{ ...qwen7b, num_local_experts: 8 }, /num_local_experts: found 8; what a step reads/],
    [mha, /intermediate_size: missing.*vocab_size: missing/s],
  ])('%j is refused', (config, message) => {
    expect(() => weightsOf(config)).toThrow(message);
  });
});
