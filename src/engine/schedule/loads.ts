import type { Sequence } from './sequence.ts';

const NONE: readonly never[] = [];

/** Requests whose blocks are filled from below the GPU, and those whose blocks have been. */
export class Loads<S extends Sequence> {
  readonly #isPolled: boolean;
  readonly #loading = new Set<S>();
  readonly #ready: S[] = [];
  /** Complete, which nobody has seen yet. */
  #unseen: S[] = [];

  /** `isPolled`: a load that is complete is seen only when `show` is called with it. */
  constructor(isPolled: boolean) {
    this.#isPolled = isPolled;
  }

  get length(): number {
    return this.#loading.size + this.#ready.length + this.#unseen.length;
  }

  /** Of them, those that are not known to be complete. */
  get pending(): number {
    return this.#loading.size + this.#unseen.length;
  }

  /** The first that can be computed. */
  get next(): S | undefined {
    return this.#ready[0];
  }

  takeNext(): S | undefined {
    return this.#ready.shift();
  }

  begin(sequence: S): void {
    sequence.place = 'loading';
    this.#loading.add(sequence);
  }

  /** So many of its tokens are in its blocks now, unless it has gone meanwhile. */
  end(sequence: S, tokens: number): void {
    if (!this.#loading.delete(sequence)) return;
    sequence.place = 'loaded';
    sequence.computedTokens = tokens;
    (this.#isPolled ? this.#unseen : this.#ready).push(sequence);
  }

  remove(sequence: S): void {
    this.#loading.delete(sequence);
    for (const list of [this.#ready, this.#unseen]) {
      const at = list.indexOf(sequence);
      if (at >= 0) list.splice(at, 1);
    }
  }

  /** Those that are complete, to be shown by the step that is launched now. */
  takeUnseen(): readonly S[] {
    if (this.#unseen.length === 0) return NONE;
    const unseen = this.#unseen;
    this.#unseen = [];
    return unseen;
  }

  show(loaded: readonly S[]): void {
    for (const sequence of loaded) if (sequence.place === 'loaded') this.#ready.push(sequence);
  }
}
