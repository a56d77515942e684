import { nameAt } from './prompt-blocks.ts';

interface Context {
  readonly names: Int32Array;
  readonly blocks: number;
  /** In a last block that is not full. */
  readonly restTokens: number;
}

const NOTHING: Context = { names: new Int32Array(0), blocks: 0, restTokens: 0 };

/** The KV blocks that conversations under way need for their next turn: what they have in common counts once. */
export class LiveBlocks {
  readonly #blockTokens: number;
  readonly #contexts = new Map<number, Context>();
  readonly #references = new Map<number, number>();
  #restBlocks = 0;
  #restTokens = 0;

  constructor(blockTokens: number) {
    this.#blockTokens = blockTokens;
  }

  get conversations(): number {
    return this.#contexts.size;
  }

  /** Blocks begun, full or not. */
  get blocks(): number {
    return this.#references.size + this.#restBlocks;
  }

  get tokens(): number {
    return this.#references.size * this.#blockTokens + this.#restTokens;
  }

  /** The conversation's context is now the first `tokens` of this chain. */
  set(conversation: number, tokens: number, names: Int32Array): void {
    const blocks = Math.floor(tokens / this.#blockTokens);
    this.#replace(conversation, { names, blocks, restTokens: tokens % this.#blockTokens });
  }

  /** The conversation is over. */
  remove(conversation: number): void {
    this.#replace(conversation, NOTHING);
    this.#contexts.delete(conversation);
  }

  #replace(conversation: number, next: Context): void {
    const old = this.#contexts.get(conversation) ?? NOTHING;
    this.#contexts.set(conversation, next);
    // What grows at its end is compared, but neither given up nor taken.
    const common = commonBlocks(old, next);
    for (let i = common; i < next.blocks; i++) this.#count(nameAt(next.names, i), 1);
    for (let i = common; i < old.blocks; i++) this.#count(nameAt(old.names, i), -1);
    this.#restTokens += next.restTokens - old.restTokens;
    this.#restBlocks += Math.sign(next.restTokens) - Math.sign(old.restTokens);
  }

  #count(name: number, change: number): void {
    const references = (this.#references.get(name) ?? 0) + change;
    if (references === 0) this.#references.delete(name);
    else this.#references.set(name, references);
  }
}

function commonBlocks(a: Context, b: Context): number {
  const most = Math.min(a.blocks, b.blocks);
  let common = 0;
  while (common < most && nameAt(a.names, common) === nameAt(b.names, common)) common++;
  return common;
}
