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
 * Each throws UsageError for a model that it does not hold for.
 */
export const derivations: Readonly<Record<Constant, (deployment: Deployment) => number>> = {
  weightsMs: ({ gpu, ...rest }) =>
    readMs(weights(rest).linearBytes, gpu.memoryGBps * gpu.weightBandwidthShare),
  tokenUs: ({ gpu, ...rest }) =>
    (2 * weights(rest).linearParameters) / (gpu.denseTflops * gpu.linearFlopsShare) / 1e6,
  headMs: ({ gpu, ...rest }) =>
    readMs(weights(rest).headBytes, gpu.memoryGBps * gpu.headBandwidthShare),
  attentionLaunchMs: ({ model }) => LAUNCH_MS_PER_LAYER * attentionShape(model).layers,
  contextTokenUs: ({ gpu, model, kvDtype }) =>
    readMs(kvBytesPerToken(model, kvDtype), gpu.memoryGBps * gpu.kvBandwidthShare) * 1e3,
  pairNs: ({ gpu, ...rest }) =>
    weights(rest).pairFlops / (gpu.denseTflops * gpu.attentionFlopsShare) / 1e3,
  hostMs: () => HOST_MS,
  blocks: derivedBlocks,
  kvBytesPerToken: ({ model, kvDtype }) => kvBytesPerToken(model, kvDtype),
  hostReadGBps: ({ gpu }) => gpu.hostReadGBps,
  hostWriteGBps: ({ gpu }) => gpu.hostWriteGBps,
};

function derivedBlocks({ gpu, ...rest }: Deployment): number {
  const { totalBytes: weightBytes } = weights(rest);
  const tokenBytes = kvBytesPerToken(rest.model, rest.kvDtype);
  const blocks = estimatedBlocks({ ...gpu, weightBytes, kvBytesPerToken: tokenBytes });
  if (blocks >= BLOCKS_MIN) return blocks;
  throw new UsageError(
    `weights of ${(weightBytes / 1e9).toFixed(1)} GB leave no room for the KV cache in ${gpu.memoryGiB} GiB`,
  );
}

function weights({ model, weightBytesPerParameter }: Omit<Deployment, 'gpu'>) {
  return weightsOf(model, weightBytesPerParameter);
}

/** Milliseconds to read `bytes` at `GBps`. */
function readMs(bytes: number, GBps: number): number {
  return bytes / GBps / 1e6;
}
