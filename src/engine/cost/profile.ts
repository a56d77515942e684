/** What one step of one model costs on one GPU, and what of the model's KV cache fits there. */
export interface Profile {
  readonly description: string;
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
}
