import type { World } from '../user/world.ts';
import { Client, type ClientHabits, type ClientOptions, type Left } from './client.ts';
import type { Crowd } from './crowd.ts';

export interface ClientsOptions extends Omit<ClientOptions, 'habits' | 'onLeft'> {
  /** Of each client. */
  readonly habits: readonly ClientHabits[];
  /** Whether the others go on when one leaves of its own accord. */
  readonly leave: 'alone' | 'together';
  /** The last one has left, or the first if they leave together: the others finish what is in flight. */
  readonly onLeft?: ((why: Left) => void) | undefined;
}

/**
 * Clients who take conversations from one queue, as those of vLLM's benchmark_serving_multi_turn.py (client_main,
 * main_mp): how many of the conversations are played to their end depends on who finds the queue empty first.
 */
export class Clients implements Crowd {
  readonly waitingUsers = 0;
  readonly #options: ClientsOptions;
  readonly #clients: readonly Client[];
  #hasTold = false;
  #isEmpty = false;

  constructor(world: World, options: ClientsOptions) {
    this.#options = options;
    this.#clients = options.habits.map(
      (habits) =>
        new Client(world, {
          ...options,
          habits,
          onLeft: (why) => this.#left(why),
          onEmpty: () => this.#checkEmpty(),
        }),
    );
  }

  get activeUsers(): number {
    return this.#clients.reduce((sum, { activeUsers }) => sum + activeUsers, 0);
  }

  get inFlight(): number {
    return this.#clients.reduce((sum, { inFlight }) => sum + inFlight, 0);
  }

  start(atMs: number): void {
    for (const client of this.#clients) client.start(atMs);
  }

  drain(): void {
    for (const client of this.#clients) client.drain();
  }

  cancel(): void {
    for (const client of this.#clients) client.cancel();
  }

  #left(why: Left): void {
    const { leave, onLeft } = this.#options;
    const isOver = leave === 'together' || this.#clients.every(({ isClosed }) => isClosed);
    if (!isOver || this.#hasTold) return;
    this.#hasTold = true;
    onLeft?.(why);
  }

  #checkEmpty(): void {
    if (this.#isEmpty || !this.#clients.every(({ isGone }) => isGone)) return;
    this.#isEmpty = true;
    this.#options.onEmpty();
  }
}
