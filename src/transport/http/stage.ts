import { rehearse } from './rehearsal.ts';
import type { Reading } from './socket-reads.ts';

/** A request that is made ready before its time. */
export interface Staged {
  /** Its time has come: it is written. */
  release(): void;
}

/**
 * Where the requests that are due when a run begins are made before it does: their bodies are written and their
 * connections opened, and all that is left to do then is to hand over their bytes.
 */
export class Stage {
  readonly #reading: Reading;
  #isHolding = false;
  readonly #staged: Staged[] = [];
  readonly #unready = new Set<Staged>();
  #onReady: (() => void) | undefined;

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  get isHolding(): boolean {
    return this.#isHolding;
  }

  hold(): void {
    this.#isHolding = true;
    rehearse(this.#reading);
  }

  add(request: Staged): void {
    this.#staged.push(request);
    this.#unready.add(request);
  }

  /** It has nothing more to wait for: it can be written, or it is over. */
  ready(request: Staged): void {
    if (this.#unready.delete(request) && this.#unready.size === 0) this.#onReady?.();
  }

  /** Resolves when all are ready. */
  async allReady(): Promise<void> {
    if (this.#unready.size > 0) await new Promise<void>((resolve) => (this.#onReady = resolve));
  }

  /** In slices, between which answers are read; those that are not ready yet are written as soon as they are. */
  release(): void {
    this.#isHolding = false;
    for (const request of this.#staged.splice(0)) {
      this.#reading.backlog.add(() => request.release());
    }
  }
}
