/** A completed request, as the inference of a capacity sees it: what it asked of the cache, when, and what it found. */
export interface Served {
  /** Whose requests are not independent of each other: its conversation. */
  readonly sessionId: number;
  /** The same of all conversations that are given the same to say; absent: nobody else is. */
  readonly sayingId?: number | undefined;
  /** 0-based turn of the conversation. */
  readonly turn: number;
  /** False: of the warm-up. */
  readonly isMeasured: boolean;
  /** Names of the full blocks of prompt and answer: whole numbers from 0, one for every beginning. */
  readonly names: ArrayLike<number>;
  /** So many of them are full blocks of the prompt. */
  readonly promptBlocks: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Leading blocks that the engine says it found; undefined: it did not say. */
  readonly foundBlocks: number | undefined;
  /** Those of them which it says came from below the GPU; undefined: it did not say. */
  readonly externalBlocks?: number | undefined;
  readonly sentMs: number;
  readonly firstTokenMs: number;
  readonly endMs: number;
  /** From its admission to its first token, where the engine said so. */
  readonly prefillMs?: number | undefined;
}
