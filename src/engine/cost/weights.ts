import { UsageError } from '../../base/errors.ts';
import { attentionShape, dtypeBytes } from './kv-bytes.ts';
import type { ModelConfig } from './model-config.ts';

/** What a dense transformer computes with. */
export interface Weights {
  /** Parameters that every token is multiplied with: attention projections and MLP of all layers. */
  readonly linearParameters: number;
  readonly linearBytes: number;
  /** The output layer. */
  readonly headBytes: number;
  /** All that is on the GPU: linear layers, output layer, and input embedding unless it is the output layer's. */
  readonly totalBytes: number;
  /** Query times key and weight times value: 2 multiply-adds a dimension and head, all layers. */
  readonly pairFlops: number;
}

/** One gate beside the two matrices of the MLP, as all models with these activations have. */
const GATED = ['silu', 'swish', 'swiglu'];

/**
 * Counts the parameters of a dense model; norms and biases are left out (below 0.1 %).
 * `bytesPerParameter` is that of the linear layers; embeddings and output layer keep the model's type.
 * @throws UsageError for mixtures of experts and latent attention: what a step reads of them depends on more
 * than its tokens. Also for quantized weights of unsaid size, and for what is missing.
 */
export function weightsOf(config: ModelConfig, bytesPerParameter?: number): Weights {
  const problems = notCounted(config, bytesPerParameter);
  const { intermediate_size: mlpSize, vocab_size: vocabulary } = config;
  if (!mlpSize) problems.push('intermediate_size: missing; expected a whole number');
  if (!vocabulary) problems.push('vocab_size: missing; expected a whole number');
  if (!mlpSize || !vocabulary || problems.length) throw new UsageError(problems);
  const { layers, heads, kvHeads, headDim, hiddenSize } = attentionShape(config);
  const attention = 2 * hiddenSize * headDim * (heads + kvHeads);
  const mlp = (isGated(config) ? 3 : 2) * hiddenSize * mlpSize;
  const linearParameters = layers * (attention + mlp);
  const linearBytes = linearParameters * (bytesPerParameter ?? dtypeBytes(config));
  const headBytes = vocabulary * hiddenSize * dtypeBytes(config);
  return {
    linearParameters,
    linearBytes,
    headBytes,
    totalBytes: linearBytes + headBytes * (config.tie_word_embeddings ? 1 : 2),
    pairFlops: 4 * layers * heads * headDim,
  };
}

function notCounted(config: ModelConfig, bytesPerParameter: number | undefined): string[] {
  const problems: string[] = [];
  const experts = ['num_experts', 'num_local_experts', 'n_routed_experts', 'moe_num_experts'].find(
    (field) => Number(config[field] ?? 0) > 1,
  );
  if (experts) {
    problems.push(
      `${experts}: found ${config[experts]}; what a step reads of a mixture depends on which experts its tokens go to`,
    );
  }
  if (config.kv_lora_rank) {
    problems.push(`kv_lora_rank: found ${config.kv_lora_rank}; latent attention is not counted`);
  }
  if (config.quantization_config && bytesPerParameter === undefined) {
    problems.push('quantization_config: give weightBytesPerParameter, as in 1 for FP8');
  }
  return problems;
}

function isGated({ hidden_act: activation, model_type: type }: ModelConfig): boolean {
  return !activation || GATED.includes(activation) || !!type?.startsWith('gemma');
}
