const NONE = new Int32Array(0);

/** Names in one piece of memory: a buffer for each of a million lines takes longer than all that is written there. */
const PIECE = 1 << 16;

/** Where the names of many lines lie. */
export class Room {
  #piece = NONE;
  #taken = 0;

  /** Zeros, that nobody else has. */
  take(count: number): Int32Array<ArrayBuffer> {
    if (this.#taken + count > this.#piece.length) {
      this.#piece = new Int32Array(Math.max(PIECE, count));
      this.#taken = 0;
    }
    const taken = this.#piece.subarray(this.#taken, this.#taken + count);
    this.#taken += count;
    return taken;
  }
}

/**
 * What one conversation has said so far, as names of full blocks: a name for every beginning that ends with a
 * block. It grows at its end; what was given out stays as it was.
 */
export class PromptLine {
  readonly #next: () => number;
  readonly #room: Room;
  #names = NONE;
  #length = 0;

  /** `next` gives a name that nothing has; `room` is where the names of all lines lie. */
  constructor(next: () => number, room: Room) {
    this.#next = next;
    this.#room = room;
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
    const names = this.#room.take(Math.max(2 * blocks, 16));
    names.set(this.#names.subarray(0, common));
    this.#names = names;
  }
}
