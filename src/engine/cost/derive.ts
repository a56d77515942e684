import { z } from 'zod';
import { UsageError } from '../../base/errors.ts';
import { attentionShape, type KvDtype, kvBytesPerToken } from './kv-bytes.ts';
import { BLOCKS_MIN, estimatedBlocks, MEMORY_SHARE, RESERVED_GB } from './kv-capacity.ts';
import type { ModelConfig } from './model-config.ts';
import type { Constant } from './profile.ts';
import { weightsOf } from './weights.ts';

const positive = z.number().positive();
const share = z.number().gt(0).max(1);

/**
 * A GPU by its data sheet, and the shares of it that kernels reach. The default shares are the medians of the five
 * shipped profiles. What is derived by them is within 20 % of the shipped constants, but for the RTX 4090's prefill,
 * which comes out 50 % slow: that card reaches 0.92 of its data sheet in linear layers and 0.73 in attention.
 */
export const gpuSchema = z.strictObject({
  memoryGiB: positive,
  memoryGBps: positive.describe('memory bandwidth, 1 GB is 1e9 bytes'),
  denseTflops: positive.describe(
    'TFLOP/s of the linear layers, bf16 with float32 sums, not sparse',
  ),
  hostReadGBps: positive.describe('measured pinned copies from host memory'),
  hostWriteGBps: positive.describe('and to it'),
  weightBandwidthShare: share.default(0.75).describe('reading weights; shipped: 0.66 to 0.88'),
  headBandwidthShare: share
    .default(0.85)
    .describe('reading the output layer; shipped: 0.79 to 0.97'),
  kvBandwidthShare: share.default(0.8).describe('decode attention; shipped: 0.8 to 0.88'),
  linearFlopsShare: share.default(0.63).describe('large batches; shipped: 0.54 to 0.92'),
  attentionFlopsShare: share.default(0.48).describe('prefill attention; shipped: 0.41 to 0.73'),
  memoryShare: share.default(MEMORY_SHARE).describe("vLLM's gpu_memory_utilization"),
  reservedGB: z.number().nonnegative().default(RESERVED_GB).describe('activations and CUDA graphs'),
});

export type Gpu = z.infer<typeof gpuSchema>;

export interface Deployment {
  readonly model: ModelConfig;
  readonly gpu: Gpu;
  readonly kvDtype?: KvDtype | undefined;
  readonly weightBytesPerParameter?: number | undefined;
  /** GPUs that hold the model together, each with its share of every layer; absent: one. */
  readonly tensorParallel?: number | undefined;
}

/** 0.45 ms for 32 layers, as in the shipped profiles. */
const LAUNCH_MS_PER_LAYER = 0.45 / 32;
/** Between the shipped profiles' 0 and 1.5. */
const HOST_MS = 1;

/**
 * Every constant of a profile by a formula of its own, so that one that is measured can stand beside derived ones:
 *
 *   weightsMs = linear bytes / (memoryGBps * weightBandwidthShare)
 *   tokenUs = 2 * linear parameters / (denseTflops * linearFlopsShare)
 *   headMs = output layer bytes / (memoryGBps * headBandwidthShare)
 *   contextTokenUs = KV bytes per token / (memoryGBps * kvBandwidthShare)
 *   pairNs = 4 * layers * heads * head size / (denseTflops * attentionFlopsShare)
 *   blocks = (memoryShare * memoryGiB - weights - reservedGB) / (16 * KV bytes per token)
 *
 * With tensor parallelism memory, its bandwidth, TFLOP/s and copies are those of n GPUs together, and what is reserved
 * is on each. A KV head cannot be divided: of fewer heads than GPUs each is kept several times (vLLM). What they exchange
 * is not derived: allReduceMs, allReduceTokenUs. Each throws UsageError for a model that it does not hold for.
 */
export const derivations: Readonly<Record<Constant, (deployment: Deployment) => number>> = {
  weightsMs: ({ gpu, ...rest }) =>
    readMs(weights(rest).linearBytes, cardsOf(rest) * gpu.memoryGBps * gpu.weightBandwidthShare),
  tokenUs: ({ gpu, ...rest }) =>
    (2 * weights(rest).linearParameters) /
    (cardsOf(rest) * gpu.denseTflops * gpu.linearFlopsShare) /
    1e6,
  headMs: ({ gpu, ...rest }) =>
    readMs(weights(rest).headBytes, cardsOf(rest) * gpu.memoryGBps * gpu.headBandwidthShare),
  attentionLaunchMs: ({ model }) => LAUNCH_MS_PER_LAYER * attentionShape(model).layers,
  contextTokenUs: ({ gpu, ...rest }) =>
    readMs(tokenBytes(rest), cardsOf(rest) * gpu.memoryGBps * gpu.kvBandwidthShare) * 1e3,
  pairNs: ({ gpu, ...rest }) =>
    weights(rest).pairFlops / (cardsOf(rest) * gpu.denseTflops * gpu.attentionFlopsShare) / 1e3,
  hostMs: () => HOST_MS,
  blocks: derivedBlocks,
  kvBytesPerToken: tokenBytes,
  hostReadGBps: ({ gpu, ...rest }) => cardsOf(rest) * gpu.hostReadGBps,
  hostWriteGBps: ({ gpu, ...rest }) => cardsOf(rest) * gpu.hostWriteGBps,
};

type OfModel = Omit<Deployment, 'gpu'>;

function cardsOf({ tensorParallel = 1 }: OfModel): number {
  return tensorParallel;
}

/** Of all GPUs together; what latent attention keeps is on each. */
function tokenBytes({ model, kvDtype, tensorParallel = 1 }: OfModel): number {
  const heads = model.kv_lora_rank ? 1 : attentionShape(model).kvHeads;
  return Math.max(1, tensorParallel / heads) * kvBytesPerToken(model, kvDtype);
}

function derivedBlocks({ gpu, ...rest }: Deployment): number {
  const cards = cardsOf(rest);
  const { totalBytes: weightBytes } = weights(rest);
  const memory = {
    ...gpu,
    memoryGiB: cards * gpu.memoryGiB,
    reservedGB: cards * gpu.reservedGB,
  };
  const blocks = estimatedBlocks({ ...memory, weightBytes, kvBytesPerToken: tokenBytes(rest) });
  if (blocks >= BLOCKS_MIN) return blocks;
  const on = cards === 1 ? '' : `${cards} GPUs of `;
  throw new UsageError(
    `weights of ${(weightBytes / 1e9).toFixed(1)} GB leave no room for the KV cache in ${on}${gpu.memoryGiB} GiB`,
  );
}

function weights({ model, weightBytesPerParameter }: OfModel) {
  return weightsOf(model, weightBytesPerParameter);
}

/** Milliseconds to read `bytes` at `GBps`. */
function readMs(bytes: number, GBps: number): number {
  return bytes / GBps / 1e6;
}
