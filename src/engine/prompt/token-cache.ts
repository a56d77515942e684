/** What an entry costs besides its tokens, in tokens: short texts must count too. */
const ENTRY_TOKENS = 16;

/** Tokens of texts, bounded in tokens: the least recently used texts go first. */
export class TokenCache {
  readonly #capacityTokens: number;
  /** In order of last use, oldest first. */
  readonly #entries = new Map<string, Int32Array>();
  #heldTokens = 0;

  constructor(capacityTokens: number) {
    this.#capacityTokens = capacityTokens;
  }

  get heldTokens(): number {
    return this.#heldTokens;
  }

  get(text: string): Int32Array | undefined {
    const ids = this.#entries.get(text);
    if (!ids) return undefined;
    this.#entries.delete(text);
    this.#entries.set(text, ids);
    return ids;
  }

  set(text: string, ids: Int32Array): void {
    const old = this.#entries.get(text);
    if (old) this.#drop(text, old);
    // A slice would keep all of the text alive that it was cut from.
    this.#entries.set(Buffer.from(text, 'utf16le').toString('utf16le'), ids);
    this.#heldTokens += ids.length + ENTRY_TOKENS;
    for (const [oldest, oldestIds] of this.#entries) {
      if (this.#heldTokens <= this.#capacityTokens) return;
      this.#drop(oldest, oldestIds);
    }
  }

  #drop(text: string, ids: Int32Array): void {
    this.#entries.delete(text);
    this.#heldTokens -= ids.length + ENTRY_TOKENS;
  }
}
