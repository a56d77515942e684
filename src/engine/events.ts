import type { Medium } from './kv/offload-stats.ts';
import type { EngineEnd, EngineRequest } from './serving.ts';

/** As vLLM has it: to the GPU, or from it. */
export type TransferDirection = 'load' | 'store';

/** Who asks: one small object a request, which the blocks that it used keep after it has ended. */
export interface Asker {
  /** Number of the request in this engine, in order of arrival. */
  readonly request: number;
  readonly session: string | undefined;
}

/**
 * A memory of an engine as its listeners see it: blocks of the GPU, or chunks of a tier below it, by the number
 * of their slot. What it says of a slot holds during the call. Times are milliseconds on the engine's clock.
 */
export interface Memory {
  readonly tier: 'gpu' | Medium;
  /** How many blocks of the GPU a slot holds. */
  readonly blocks: number;
  now(): number;
  /** What the slot holds, or has just lost: a name as of kv/chain-hash.ts. */
  lowOf(slot: number): number;
  highOf(slot: number): number;
  /** No other slot holds the same as this one, which has just lost it. */
  isLast(slot: number): boolean;
  /** When the slot was taken for it. */
  storedMs(slot: number): number;
  /** When the last request that used it was done with it: the order in which content is evicted. */
  usedMs(slot: number): number;
  /** Whose request that was; undefined: nobody's. */
  ownerOf(slot: number): Asker | undefined;
  /** How many of the times are known that it was found again, and the i-th of them, oldest first. Of the GPU alone. */
  findsOf(slot: number): number;
  foundMs(slot: number, i: number): number;
}

/**
 * What an engine tells while it works; any number of listeners hear all of it, in their order. They are called
 * from within the engine's work, so they look, and do not submit, cancel or reset. Requests are known by identity.
 */
export interface EngineEvents {
  /** A valid request has arrived; `tokens` are those of its prompt and of the answer that it will have. */
  accepted?(request: EngineRequest, tokens: Int32Array, asker: Asker): void;
  /** It holds blocks for the first time: so many of its tokens were found on the GPU, and below it. */
  admitted?(request: EngineRequest, gpuTokens: number, externalTokens: number): void;
  /** What was found below the GPU is there now: so many blocks from host memory, and from storage. */
  loaded?(request: EngineRequest, hostBlocks: number, storageBlocks: number): void;
  /** A copy between the GPU and the first tier below it begins. */
  transferred?(direction: TransferDirection, bytes: number): void;
  /** A step has ended; so many tokens have come of all steps so far, prompts past their prefill included. */
  step?(tokens: number): void;
  /** Content is known by its name from now on; in a tier it may still be on its way there. */
  stored?(memory: Memory, slot: number, by: Asker | undefined): void;
  /** Content gave way to that of `by`. */
  evicted?(memory: Memory, slot: number, by: Asker | undefined): void;
  /** `end` is undefined for a request that was cancelled. */
  ended?(request: EngineRequest, end: EngineEnd | undefined): void;
}

/** One function that tells all who listen to an event; undefined if nobody does, so that it costs a comparison. */
export function tellerOf<Name extends keyof EngineEvents>(
  listeners: readonly EngineEvents[],
  name: Name,
): EngineEvents[Name] | undefined {
  const hearers = listeners.flatMap((listener) => listener[name]?.bind(listener) ?? []) as Hearer[];
  if (hearers.length <= 1) return hearers[0] as EngineEvents[Name];
  // Without rest parameters, which would be an array a call. No event has more to say.
  const tell: Hearer = (first, second, third) => {
    for (const hear of hearers) hear(first, second, third);
  };
  return tell as EngineEvents[Name];
}

type Hearer = (first: unknown, second: unknown, third: unknown) => void;
