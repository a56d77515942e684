const NONE = new Int32Array(0);

/**
 * What one conversation has said so far, as names of full blocks: a name for every beginning that ends with a
 * block. It grows at its end; what was given out stays as it was.
 */
export class PromptLine {
  readonly #next: () => number;
  #names = new Int32Array(16);
  #length = 0;

  /** `next` gives a name that nothing has. */
  constructor(next: () => number) {
    this.#next = next;
  }

  /**
   * The names of `blocks` blocks, of which so many are as they were; the others are new ones. As many as there are
   * of `shared` stand at the front of a line that begins.
   */
  to(kept: number, blocks: number, shared: Int32Array): Int32Array {
    const common = Math.min(kept, this.#length, blocks);
    // What stands behind is somebody's still: a line that turns off goes on in a copy.
    if (common < this.#length || blocks > this.#names.length) this.#copy(common, blocks);
    this.#length = common;
    if (common < shared.length) {
      const front = shared.subarray(common, Math.min(shared.length, blocks));
      this.#names.set(front, common);
      this.#length += front.length;
    }
    while (this.#length < blocks) this.#names[this.#length++] = this.#next();
    return this.#names.subarray(0, blocks);
  }

  /** Its first so many blocks, which it grows to. */
  first(blocks: number): Int32Array {
    return this.to(this.#length, Math.max(blocks, this.#length), NONE).subarray(0, blocks);
  }

  /** As many of its first so many blocks as it has. */
  known(blocks: number): Int32Array {
    return this.#names.subarray(0, Math.min(blocks, this.#length));
  }

  #copy(common: number, blocks: number): void {
    const names = new Int32Array(Math.max(2 * blocks, 16));
    names.set(this.#names.subarray(0, common));
    this.#names = names;
  }
}
