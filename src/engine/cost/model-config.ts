import { z } from 'zod';
import { parseJson, readJson } from './json-file.ts';

const count = z.number().int().positive().nullish();
const text = z.string().nullish();
const isOn = z.boolean().nullish();

/**
 * The fields of a Hugging Face config.json that tell what a model's weights and KV cache weigh, under the
 * names they have there. Any other field is left alone.
 */
export const modelConfigSchema = z.looseObject({
  model_type: text,
  hidden_size: count,
  n_embd: count,
  num_hidden_layers: count,
  n_layer: count,
  num_attention_heads: count,
  n_head: count,
  num_key_value_heads: count,
  num_kv_heads: count,
  multi_query: isOn,
  new_decoder_architecture: isOn,
  head_dim: count,
  kv_lora_rank: count,
  qk_rope_head_dim: count,
  intermediate_size: count,
  vocab_size: count,
  hidden_act: text,
  tie_word_embeddings: isOn,
  torch_dtype: text,
  dtype: text,
  quantization_config: z.looseObject({}).nullish(),
  max_position_embeddings: count,
  sliding_window: z.number().int().nullish(),
  use_sliding_window: isOn,
  layer_types: z.array(z.string()).nullish(),
  is_encoder_decoder: isOn,
  text_config: z.looseObject({}).nullish(),
});

export type ModelConfig = z.infer<typeof modelConfigSchema>;

/** @throws UsageError, beginning with `field`, for a file that cannot be read or is no model's. */
export function readModelConfig(file: string, field: string): ModelConfig {
  return languageModel(
    parseJson(
      readJson(file, { what: 'model config', field }, 'modelConfig'),
      modelConfigSchema,
      file,
    ),
    file,
  );
}

/**
 * Models that also see or hear have their language model in `text_config`; what is not said there, often the
 * data type, holds from outside.
 * @throws UsageError for a field there of the wrong type.
 */
export function languageModel(config: ModelConfig, source: string): ModelConfig {
  if (!config.text_config) return config;
  const own = parseJson(config.text_config, modelConfigSchema, `${source}, text_config`);
  const said = Object.entries(own).filter(([, value]) => value !== null && value !== undefined);
  return { ...config, ...Object.fromEntries(said), text_config: undefined };
}

/** Llama-3.1-8B, which the shipped profiles are of. */
export const LLAMA_31_8B: ModelConfig = {
  model_type: 'llama',
  hidden_size: 4096,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  intermediate_size: 14_336,
  vocab_size: 128_256,
  hidden_act: 'silu',
  tie_word_embeddings: false,
  torch_dtype: 'bfloat16',
};
