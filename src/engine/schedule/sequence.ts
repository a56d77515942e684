import type { Asker } from '../events.ts';

/**
 * A request inside the scheduler. The whole answer is known from the start to whoever made it, but the
 * scheduler sees only the first `knownTokens`, as an engine does.
 */
export interface Sequence {
  /** Prompt, then answer. */
  readonly tokens: Int32Array;
  readonly promptTokens: number;
  /** Names of all full blocks (kv/chain-hash.ts); empty without prefix caching. */
  readonly names: Int32Array;
  /** Room for the blocks of all tokens; the first `blockCount` are held. */
  readonly blocks: Int32Array;
  readonly priority: number;
  /** Whose its blocks are when it is done with them; undefined: nobody's. */
  readonly asker: Asker | undefined;
  /** Place among those of equal priority: given when it is queued. */
  order: number;
  blockCount: number;
  /** Of the held blocks, those that were found in the cache or published to it. */
  publishedBlocks: number;
  /** Prompt and answer tokens so far. */
  knownTokens: number;
  /** Tokens whose KV is in the blocks, at the start of the current step. */
  computedTokens: number;
  /** Tokens computed in the current step. */
  scheduledTokens: number;
  /** `knownTokens` when it was last admitted. */
  admittedTokens: number;
  /** Prompt tokens that were not computed at the first admission; undefined before it. */
  cachedTokens: number | undefined;
  /** Those of them that came from host memory, and from storage. */
  hostTokens: number;
  storageTokens: number;
  /** The tiers below the GPU have been asked for it; a request that does not fit asks again and again. */
  hasAsked: boolean;
  /** Chunks that the tiers below the GPU were offered. */
  offeredChunks: number;
  /** How often it gave up its blocks. */
  preemptions: number;
  /** Copies under way, to its blocks or from them, for which they are held. */
  pendingCopies: number;
  place: 'waiting' | 'loading' | 'loaded' | 'running' | 'gone';
}

export interface NewSequence {
  readonly tokens: Int32Array;
  readonly promptTokens: number;
  readonly names: Int32Array;
  readonly blockTokens: number;
  readonly priority?: number | undefined;
  readonly asker?: Asker | undefined;
}

/** A request that nothing has been computed of. */
export function newSequence(request: NewSequence): Sequence {
  const { tokens, promptTokens, names, blockTokens, priority = 0, asker } = request;
  return {
    tokens,
    promptTokens,
    names,
    blocks: new Int32Array(Math.ceil(tokens.length / blockTokens)),
    priority,
    asker,
    order: 0,
    blockCount: 0,
    publishedBlocks: 0,
    knownTokens: promptTokens,
    computedTokens: 0,
    scheduledTokens: 0,
    admittedTokens: promptTokens,
    cachedTokens: undefined,
    hostTokens: 0,
    storageTokens: 0,
    hasAsked: false,
    offeredChunks: 0,
    preemptions: 0,
    pendingCopies: 0,
    place: 'waiting',
  };
}

/** What the next step computes. The same object for all steps of a scheduler. */
export interface Step<S extends Sequence> {
  readonly rows: S[];
  readonly load: StepLoad;
}

/** All that the cost of a step depends on. */
export interface StepLoad {
  /** Tokens through the linear layers. */
  tokens: number;
  /** Sequences that get a new token. */
  sampledRows: number;
  /** Rows of one token, and the KV tokens that they attend to. */
  decodeRows: number;
  decodeContextTokens: number;
  /** Rows of several tokens, and their pairs of query and key: chunk * context before + chunk^2 / 2. */
  prefillRows: number;
  prefillPairs: number;
}

export function emptyLoad(): StepLoad {
  return {
    tokens: 0,
    sampledRows: 0,
    decodeRows: 0,
    decodeContextTokens: 0,
    prefillRows: 0,
    prefillPairs: 0,
  };
}

/** Makes `load` that of these rows, each of which computes `scheduledTokens` more tokens. */
export function sumLoad(
  load: StepLoad,
  rows: readonly Pick<Sequence, 'computedTokens' | 'scheduledTokens' | 'knownTokens'>[],
): void {
  Object.assign(load, NO_LOAD);
  for (const { computedTokens, scheduledTokens, knownTokens } of rows) {
    load.tokens += scheduledTokens;
    if (computedTokens + scheduledTokens === knownTokens) load.sampledRows++;
    if (scheduledTokens === 1) {
      load.decodeRows++;
      load.decodeContextTokens += computedTokens + 1;
    } else {
      load.prefillRows++;
      load.prefillPairs += scheduledTokens * (computedTokens + scheduledTokens / 2);
    }
  }
}

const NO_LOAD: Readonly<StepLoad> = emptyLoad();
