import type { TurnRecord } from '../record/record.ts';
import type { Scenario } from '../scenario/schema.ts';

/** Beyond are the users of a warm-up. */
const USERS_MAX = 1e9;

/** How far the conversations of a run are, by its records: what is left of them, if nobody goes on with them. */
export class Recorded {
  readonly #scenario: Scenario;
  /** The turn after the last that is recorded, of conversations that are not finished, and of sub-agents. */
  readonly #next = new Map<number, number>();
  /** One bit a user, from the first. */
  #finished = new Uint8Array(128);
  #count = 0;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
  }

  /** Records, of the warm-up too. */
  get count(): number {
    return this.#count;
  }

  add({ userId, turn, turns, phase, parentUserId }: TurnRecord): void {
    this.#count++;
    // The run's own load, where that is its warm-up; else of conversations that are not the run's.
    const { durationSec, sameUsers } = this.#scenario.warmup;
    if (phase === 'warmup' && (durationSec === undefined || sameUsers)) return;
    const index = this.#indexOf(userId);
    if (parentUserId === undefined && turn === turns - 1 && index < USERS_MAX) {
      this.#next.delete(userId);
      this.#finish(index);
    } else this.#next.set(userId, turn + 1);
  }

  nextTurn(userId: number): number | undefined {
    return this.#next.get(userId);
  }

  hasFinished(userId: number): boolean {
    const index = this.#indexOf(userId);
    return ((this.#finished[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;
  }

  #indexOf(userId: number): number {
    return userId - this.#scenario.population.firstUserId;
  }

  #finish(index: number): void {
    const place = index >> 3;
    if (place >= this.#finished.length) {
      const grown = new Uint8Array(Math.max(2 * this.#finished.length, place + 1));
      grown.set(this.#finished);
      this.#finished = grown;
    }
    this.#finished[place]! |= 1 << (index & 7);
  }
}
