import type { Door } from '../user/gate.ts';
import type { World } from '../user/world.ts';
import { type Live, type Player, type UserOptions, userPlayer } from './player.ts';

/** How one client goes about it. */
export interface ClientHabits {
  /** Which of so many, in the order in which they were taken; undefined: the newest, else the one that waits longest. */
  readonly choose?: ((count: number) => number) | undefined;
  /** Pause after each request. */
  readonly restMs?: (() => number) | undefined;
}

export type Left = 'exhausted' | 'requests';

export interface ClientOptions extends UserOptions {
  readonly habits: ClientHabits;
  /** Conversations at a time. */
  readonly conversations: number;
  /** Shared with others: who comes first takes first. */
  readonly queue: Iterator<number>;
  /** It leaves after so many. */
  readonly requestsMax: number | undefined;
  /** Of its own accord. */
  readonly onLeft: (why: Left) => void;
  /** Its last conversation has ended, or been dropped. */
  readonly onEmpty: () => void;
}

interface Waiter {
  readonly userId: number;
  readonly onGranted: () => void;
}

/**
 * One request at a time. Before each it takes conversations until it has enough; if there is none left to take it
 * leaves, and those it has are dropped. It is the door of its own users.
 */
export class Client implements Door {
  readonly #world: World;
  readonly #options: ClientOptions;
  readonly #player: Player;
  /** In the order in which they were taken. */
  readonly #active = new Map<number, Live>();
  /** The next first. */
  readonly #line: Waiter[] = [];
  readonly hasRoom = false;
  #requests = 0;
  #isBusy = false;
  #isTaking = false;
  #isClosed = false;
  #isDrained = false;
  /** When it was free to take conversations and to send: from the start, or since its last request and rest. */
  #freeMs = 0;
  #timer: unknown;

  constructor(world: World, options: ClientOptions) {
    this.#world = { ...world, gate: this };
    this.#options = options;
    this.#player = userPlayer(this.#world, options);
    world.outage?.onOpen(() => {
      this.#freeMs = world.clock.now();
      if (!this.#isBusy) this.#next();
    });
  }

  get activeUsers(): number {
    return this.#active.size;
  }

  get inFlight(): number {
    return this.#isBusy ? 1 : 0;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get isGone(): boolean {
    return this.#isClosed && this.#active.size === 0;
  }

  /** All clients begin at the same time, also those that are made late. */
  start(atMs: number): void {
    this.#freeMs = atMs;
    this.#next();
  }

  /** It leaves when its request has ended. */
  drain(): void {
    if (this.#isDrained) return;
    this.#isDrained = true;
    this.close();
    for (const user of [...this.#active.values()]) user.send({ type: 'run.draining' });
    if (this.isGone) this.#options.onEmpty();
  }

  cancel(): void {
    this.drain();
    for (const user of [...this.#active.values()]) user.send({ type: 'run.cancelled' });
  }

  close(): void {
    this.#isClosed = true;
    this.#world.clock.clearTimeout(this.#timer);
  }

  get openSinceMs(): number {
    return this.#freeMs;
  }

  take(): void {
    this.#isBusy = true;
    this.#world.outage?.took();
  }

  wait(onGranted: () => void, _isFirstTurn: boolean, userId: number): () => void {
    const waiter = { userId, onGranted };
    if (this.#isTaking) this.#line.unshift(waiter);
    else this.#line.push(waiter);
    if (!this.#isTaking && !this.#isBusy) this.#nextAfter(0);
    return () => this.#remove(waiter);
  }

  /** Subtle: not free at once, so that the conversation whose request has ended waits again, or is over, by then. */
  leave(endMs = this.#world.clock.now()): void {
    if (this.#isClosed) {
      this.#isBusy = false;
      return;
    }
    const rest = this.#options.habits.restMs?.() ?? 0;
    this.#freeMs = endMs + rest;
    this.#nextAfter(Math.max(0, rest - (this.#world.clock.now() - endMs)));
  }

  countRequest(): void {
    this.#requests++;
  }

  #nextAfter(delayMs: number): void {
    const { clock } = this.#world;
    clock.clearTimeout(this.#timer);
    this.#timer = clock.setTimeout(() => {
      this.#isBusy = false;
      this.#next();
    }, delayMs);
  }

  #next(): void {
    const { outage } = this.#world;
    if (this.#isClosed || (outage && !outage.isOpen)) return;
    if (this.#requests === this.#options.requestsMax) this.#goes('requests');
    else if (!this.#isSupplied()) this.#goes('exhausted');
    else this.#grant();
  }

  #goes(why: Left): void {
    this.close();
    this.#options.onLeft(why);
    this.drain();
  }

  /** False: there is no conversation left to take. */
  #isSupplied(): boolean {
    const { queue, conversations } = this.#options;
    this.#isTaking = true;
    let next: IteratorResult<number> | undefined;
    while (this.#active.size < conversations && !next?.done) {
      next = queue.next();
      if (!next.done) this.#begin(next.value);
    }
    this.#isTaking = false;
    return !next?.done;
  }

  #begin(userId: number): void {
    this.#world.ledger.arrived(userId);
    const arrival = { userId, dueMs: this.#freeMs, startTurn: 0 };
    const user = this.#player.create(arrival, () => {
      this.#active.delete(userId);
      if (this.isGone) this.#options.onEmpty();
    });
    if (!user) return;
    this.#active.set(userId, user);
    user.start();
  }

  /** Nobody, where all of its conversations pause: the first that is due asks again. */
  #grant(): void {
    const waiter = this.#chosen();
    if (!waiter) return;
    this.#remove(waiter);
    this.take();
    waiter.onGranted();
  }

  #chosen(): Waiter | undefined {
    const { choose } = this.#options.habits;
    if (!choose || !this.#line.length) return this.#line[0];
    const waiting = new Map(this.#line.map((waiter) => [waiter.userId, waiter]));
    const inOrder = [...this.#active.keys()].filter((userId) => waiting.has(userId));
    return waiting.get(inOrder[choose(inOrder.length)]!);
  }

  #remove(waiter: Waiter): void {
    const index = this.#line.indexOf(waiter);
    if (index >= 0) this.#line.splice(index, 1);
  }
}
