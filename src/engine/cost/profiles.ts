/**
 * What one step costs on one GPU: Llama-3.1-8B in bf16, no tensor parallelism. Fitted to published
 * kernel profiles (LLMServingSim 2, Vidur). Only the RTX 4090's is checked end to end here, against a
 * real vLLM 0.19 run from which its host time was also chosen.
 */
export interface Profile {
  readonly description: string;
  /** Linear layers for few tokens: the time to read the weights. */
  readonly weightsMs: number;
  /** Linear layers for many tokens. */
  readonly tokenUs: number;
  /** The output layer, once a step that samples. */
  readonly headMs: number;
  /** Decode attention, per token of context. */
  readonly contextTokenUs: number;
  /** Prefill attention, per pair of query and key. */
  readonly pairNs: number;
  /** Scheduling, launching and sampling on the host, once a step: the knob to calibrate with. */
  readonly hostMs: number;
  /** KV blocks of 16 tokens that fit the GPU, the null block included. */
  readonly blocks: number;
}

/** The block size that `blocks` counts in: vLLM's default. */
const BLOCK_TOKENS = 16;
/** KV of a token: K and V, 32 layers, 8 heads of 128 dimensions, 2 bytes each. */
const TOKEN_BYTES = 2 * 32 * 8 * 128 * 2;
const WEIGHT_BYTES = 15e9;
const ACTIVATION_BYTES = 3e9;
/** vLLM's default `gpu_memory_utilization`. */
const MEMORY_SHARE = 0.9;

/** What vLLM's start-up profiling leaves for the KV cache, estimated. */
export function estimatedBlocks(memoryGiB: number): number {
  const bytes = MEMORY_SHARE * memoryGiB * 2 ** 30 - WEIGHT_BYTES - ACTIVATION_BYTES;
  return Math.floor(bytes / (BLOCK_TOKENS * TOKEN_BYTES));
}

/** Blocks of another size that fit the same memory. */
export function blocksOf(profile: Profile, blockTokens: number): number {
  return Math.floor((profile.blocks * BLOCK_TOKENS) / blockTokens);
}

/** KV of one token, of the model that the profile is of. */
export function kvBytesPerToken(_profile: Profile): number {
  return TOKEN_BYTES;
}

export const profiles: Readonly<Record<string, Profile>> = {
  rtx4090: {
    description: 'RTX 4090, 24 GB; checked against a real run, blocks measured',
    weightsMs: 15.7,
    tokenUs: 91.5,
    headMs: 1.1,
    contextTokenUs: 0.147,
    pairNs: 4.35,
    // Chosen by the error on the one run of test/engine/real-run: means are 5 % short with 0, 1 % with 1.
    hostMs: 1,
    blocks: 2588,
  },
  rtxpro6000: {
    description: 'RTX PRO 6000, 96 GB; fitted elsewhere and not checked here, blocks an estimate',
    weightsMs: 10.45,
    tokenUs: 40,
    headMs: 0.7,
    contextTokenUs: 0.091,
    pairNs: 2.44,
    hostMs: 1.5,
    blocks: estimatedBlocks(96),
  },
  a6000: {
    description: "RTX A6000, 48 GB; agrees with vLLM's multi-turn README, blocks an estimate",
    weightsMs: 22.4,
    tokenUs: 168,
    headMs: 1.41,
    contextTokenUs: 0.213,
    pairNs: 7,
    hostMs: 0,
    blocks: estimatedBlocks(48),
  },
  a100: {
    description: 'A100 SXM, 80 GB; linear layers fitted, attention and blocks estimates',
    weightsMs: 10.3,
    tokenUs: 70.5,
    headMs: 0.65,
    contextTokenUs: 0.08,
    pairNs: 3.4,
    hostMs: 1.5,
    blocks: estimatedBlocks(80),
  },
  h100: {
    description: 'H100 SXM, 80 GB; scaled from a 7B profile, attention and blocks estimates',
    weightsMs: 6.3,
    tokenUs: 23.5,
    headMs: 0.37,
    contextTokenUs: 0.049,
    pairNs: 1.3,
    hostMs: 1.5,
    blocks: 27_000,
  },
};
