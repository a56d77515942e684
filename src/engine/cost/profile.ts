import type { Calibration, ServerSettings } from './calibration.ts';
import type { Further } from './further.ts';

/** What one step of one model costs on one GPU, or on several that hold it together, and what of the model's KV cache fits there. */
export interface Profile extends Partial<Further> {
  readonly description: string;
  /** GPUs that hold the model together, by tensor parallelism: everything here is of all of them. Absent: one. */
  readonly tensorParallel?: number | undefined;
  /** Linear layers for few tokens: the time to read the weights. */
  readonly weightsMs: number;
  /** Linear layers for many tokens. */
  readonly tokenUs: number;
  /** The output layer, once a step that samples. */
  readonly headMs: number;
  /** Launching the attention kernels of all layers, once a step. */
  readonly attentionLaunchMs: number;
  /** Decode attention, per token of context. */
  readonly contextTokenUs: number;
  /** Prefill attention, per pair of query and key. */
  readonly pairNs: number;
  /** Scheduling, launching and sampling on the host, once a step: the knob to calibrate with. */
  readonly hostMs: number;
  /** KV blocks of 16 tokens that fit the GPU, the null block included. */
  readonly blocks: number;
  /** KV cache of one token, all layers. */
  readonly kvBytesPerToken: number;
  /** Copies from host memory to the GPU, and back: one way at a time, pinned, in blocks of megabytes. */
  readonly hostReadGBps: number;
  readonly hostWriteGBps: number;
  /** Of a server that was measured: how it was set up, where a scenario does not say otherwise. */
  readonly engine?: ServerSettings | undefined;
  /** Where the constants come from, and how well they are known. */
  readonly calibration?: Calibration | undefined;
}

/** A number that every profile has, and that follows from model and GPU. */
export type Constant =
  | 'weightsMs'
  | 'tokenUs'
  | 'headMs'
  | 'attentionLaunchMs'
  | 'contextTokenUs'
  | 'pairNs'
  | 'hostMs'
  | 'blocks'
  | 'kvBytesPerToken'
  | 'hostReadGBps'
  | 'hostWriteGBps';
