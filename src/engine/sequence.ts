/**
 * A request inside the scheduler. The whole answer is known from the start to whoever made it, but the
 * scheduler sees only the first `knownTokens`, as an engine does.
 */
export interface Sequence {
  /** Prompt, then answer. */
  readonly tokens: Int32Array;
  readonly promptTokens: number;
  /** Names of all full blocks (chain-hash.ts); empty without prefix caching. */
  readonly names: Int32Array;
  /** Room for the blocks of all tokens; the first `blockCount` are held. */
  readonly blocks: Int32Array;
  blockCount: number;
  /** Of the held blocks, those that were found in the cache or published to it. */
  publishedBlocks: number;
  /** Prompt and answer tokens so far. */
  knownTokens: number;
  /** Tokens whose KV is in the blocks, at the start of the current step. */
  computedTokens: number;
  /** Tokens computed in the current step. */
  scheduledTokens: number;
  /** Prompt tokens found in the cache at the first admission; undefined before it. */
  cachedTokens: number | undefined;
  place: 'waiting' | 'running' | 'gone';
}

/** What the next step computes. Filled anew by every `schedule()`. */
export interface Step<S extends Sequence> {
  rows: S[];
  load: StepLoad;
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

/** Adds a row that computes `sequence.scheduledTokens` more tokens. */
export function addRow(load: StepLoad, sequence: Sequence): void {
  const { computedTokens, scheduledTokens, knownTokens } = sequence;
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
