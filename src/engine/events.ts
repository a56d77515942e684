import type { Medium } from './kv/offload-stats.ts';
import type { EngineEnd, EngineRequest } from './serving.ts';

/** Who asks: one small object a request, which the blocks that it used keep after it has ended. */
export interface Asker {
  /** Number of the request in this engine, in order of arrival. */
  readonly request: number;
  readonly session: string | undefined;
}

/** Content in a memory of an engine: a block of the GPU, or a chunk of a tier below it. */
export interface Content {
  readonly tier: 'gpu' | Medium;
  /** How many blocks of the GPU it takes. */
  readonly blocks: number;
  /** Number of the block or chunk in its memory. */
  readonly slot: number;
  /** What it holds: a name as of kv/chain-hash.ts. */
  readonly low: number;
  readonly high: number;
}

/** Content that gave way to other content. Times are milliseconds on the engine's clock. */
export interface Eviction extends Content {
  /** The memory has no other copy of it. */
  readonly isLast: boolean;
  readonly atMs: number;
  /** When its slot was taken for it. */
  readonly storedMs: number;
  /** When the last request that used it was done with it: the order in which content is evicted. */
  readonly usedMs: number;
  /** The last times that it was found again, oldest first: the first `finds` entries. Of the GPU alone. */
  readonly foundMs: Float64Array;
  readonly finds: number;
  /** Whose request used it last, and for whose it had to go; undefined: nobody's. */
  readonly owner: Asker | undefined;
  readonly by: Asker | undefined;
}

/**
 * What an engine tells while it works; any number of listeners hear all of it, in their order. They are called
 * from within the engine's work, so they look and do not submit, cancel or reset. `Content` and `Eviction` are
 * the same objects at every call: whoever keeps something copies it. Requests are known by identity.
 */
export interface EngineEvents {
  /** A valid request has arrived; `tokens` are those of its prompt and of the answer that it will have. */
  accepted?(request: EngineRequest, tokens: Int32Array, asker: Asker): void;
  /** It holds blocks for the first time: so many of its tokens were found on the GPU, and below it. */
  admitted?(request: EngineRequest, gpuTokens: number, externalTokens: number): void;
  /** What was found below the GPU is there now: so many blocks from host memory, and from storage. */
  loaded?(request: EngineRequest, hostBlocks: number, storageBlocks: number): void;
  /** A step begins; so many tokens came of the steps before it, prompts past their prefill included. */
  step?(tokens: number): void;
  /** Content is known by its name from now on; in a tier it may still be on its way there. */
  stored?(content: Content, by: Asker | undefined): void;
  evicted?(eviction: Eviction): void;
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
