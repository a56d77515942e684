import type { Clock } from './clock.ts';

/**
 * When the event loop last looked at its sockets. All that are found ready in one look were so by its time,
 * however long the reading of the others before them takes.
 */
export class Poll {
  readonly #clock: Clock;
  #atMs: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Called where a socket was read from; times are the clock's. */
  atMs(): number {
    if (this.#atMs === undefined) {
      this.#atMs = this.#clock.now();
      // Runs when all ready sockets have had their turn.
      setImmediate(this.#isOver);
    }
    return this.#atMs;
  }

  readonly #isOver = (): void => {
    this.#atMs = undefined;
  };
}
