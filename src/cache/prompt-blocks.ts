/** One request's tokens as a chain of named blocks, its answer included. */
export interface NamedRequest {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Of all full blocks of prompt and answer, two words a block (engine/kv/chain-hash.ts). */
  readonly names: Int32Array;
}

/**
 * A prefix cache that never forgets, played request by request in the order of sending: exact for any
 * prompts, where `IdealCache` has only counts to go by. A request finds the longest leading run of full
 * blocks that were computed before, never its last token; the last token of an answer was never fed back.
 */
export class PromptBlocks {
  readonly #blockTokens: number;
  /** Both are closed under ancestors, because a block's name includes its parent's. */
  readonly #computed = new Set<number>();
  readonly #prompts = new Set<number>();
  #blocks = 0;

  constructor(blockTokens: number) {
    this.#blockTokens = blockTokens;
  }

  /** Full blocks of all prompts, and how many different ones they are. */
  get promptBlocks(): { readonly all: number; readonly unique: number } {
    return { all: this.#blocks, unique: this.#prompts.size };
  }

  /** Returns the tokens that this request finds, and holds its blocks for those after it. */
  add({ inputTokens, outputTokens, names }: NamedRequest): number {
    const size = this.#blockTokens;
    const promptBlocks = Math.floor(inputTokens / size);
    const found = foundIn(this.#computed, names, promptBlocks);
    const heldTokens = inputTokens + Math.max(0, outputTokens - 1);
    for (let i = found; i < Math.floor(heldTokens / size); i++)
      this.#computed.add(nameAt(names, i));
    for (let i = foundIn(this.#prompts, names, promptBlocks); i < promptBlocks; i++) {
      this.#prompts.add(nameAt(names, i));
    }
    this.#blocks += promptBlocks;
    return size * Math.min(found, Math.floor((inputTokens - 1) / size));
  }
}

/**
 * 53 bits of a name, as a number: a set of numbers is several times faster than one of bigints. Looking
 * up L absent blocks among C mistakes one with probability L * C / 2^53; a request looks up a dozen.
 */
export function nameAt(names: Int32Array, block: number): number {
  return names[2 * block]! * 2 ** 21 + (names[2 * block + 1]! >>> 11);
}

/** How many leading blocks are in a set that is closed under ancestors: by bisection. */
function foundIn(known: ReadonlySet<number>, names: Int32Array, blocks: number): number {
  let found = 0;
  let absent = blocks;
  while (found < absent) {
    const middle = Math.floor((found + absent) / 2);
    if (known.has(nameAt(names, middle))) found = middle + 1;
    else absent = middle;
  }
  return found;
}
