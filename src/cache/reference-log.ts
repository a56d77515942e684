import type { References } from './belady.ts';

const FIRST_SIZE = 1024;

/** In the place of a reference's tokens: the block is computed or written here, whether it is there or not. */
export const NOT_LOOKED_FOR = -1;

/** References to blocks, as long as there are no more of them than may be kept. */
export class ReferenceLog {
  readonly #most: number;
  #blocks = new Int32Array(FIRST_SIZE);
  #tokens = new Int32Array(FIRST_SIZE);
  #count = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Nothing of what comes now would be kept. */
  get isFull(): boolean {
    return this.#count > this.#most;
  }

  add(block: number, tokens: number): void {
    const count = this.#count++;
    if (count >= this.#most) {
      this.#blocks = this.#tokens = new Int32Array(0);
      return;
    }
    if (count === this.#blocks.length) {
      this.#blocks = grown(this.#blocks);
      this.#tokens = grown(this.#tokens);
    }
    this.#blocks[count] = block;
    this.#tokens[count] = tokens;
  }

  /** Undefined if there were too many. */
  close(distinct: number): References | undefined {
    if (this.#count > this.#most) return undefined;
    const blocks = this.#blocks.subarray(0, this.#count);
    return { blocks, tokens: this.#tokens.subarray(0, this.#count), distinct };
  }
}

function grown(values: Int32Array): Int32Array<ArrayBuffer> {
  const more = new Int32Array(2 * values.length);
  more.set(values);
  return more;
}
