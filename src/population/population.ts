import { UNSENT } from '../record/record.ts';
import type { World } from '../user/world.ts';
import type { Arrival } from './arrival.ts';
import type { Crowd } from './crowd.ts';
import type { OfferedLoad } from './offered-load.ts';
import { type Live, type Player, type UserOptions, userPlayer } from './player.ts';
import { type Rooms, roomsOf } from './rooms.ts';

export interface PopulationOptions extends UserOptions {
  readonly load: OfferedLoad;
  /** Open loop: where arrivals wait in order until they are let in, their turns staying due when they came; default: nowhere. */
  readonly rooms?: Rooms | undefined;
  /** All users have been played, or the population was drained and is empty. */
  readonly onEmpty: () => void;
  /** Requests of users who had not come when the run is drained are recorded as unsent, too. */
  readonly recordNotArrived?: boolean;
  /** Closed loop: a slot has come free, and there is no conversation left for it. */
  readonly onExhausted?: () => void;
  /** Who plays a conversation; default: one user, turn after turn. */
  readonly player?: Player;
}

/** How long arrivals may keep everything else waiting: the error that they can add to a time to first token. */
const SLICE_MS = 2;

/** Starts users when they arrive and there is room, and knows when all are gone. */
export class Population implements Crowd {
  readonly #world: World;
  readonly #options: PopulationOptions;
  #startMs = 0;
  readonly #player: Player;
  readonly #live = new Map<number, Live>();
  readonly #rooms: Rooms;
  /** With how to stop waiting. */
  readonly #waiting = new Map<Arrival, () => void>();
  #timer: unknown;
  #next: IteratorResult<Arrival> | undefined;
  #isExhausted = false;
  #lastDueMs: number | undefined;
  #arrivalsEndMs: number | undefined;
  #isStopped = false;
  #isEmpty = false;

  constructor(world: World, options: PopulationOptions) {
    this.#world = world;
    this.#options = options;
    this.#rooms = options.rooms ?? roomsOf(Infinity);
    this.#player = options.player ?? userPlayer(world, options);
  }

  get activeUsers(): number {
    return this.#live.size;
  }

  get waitingUsers(): number {
    return this.#waiting.size;
  }

  get inFlight(): number {
    return this.#world.gate.inFlight;
  }

  get arrivalsEndMs(): number | undefined {
    return this.#arrivalsEndMs;
  }

  start(atMs: number): void {
    this.#startMs = atMs;
    const { load } = this.#options;
    this.#world.idle?.begins();
    if (load.loop === 'open') {
      this.#advance(load.arrivals);
      return;
    }
    this.#fill(load.slots.values());
  }

  /** All of them are due now, also those that are made late: in slices, as in `#advance`. */
  #fill(slots: Iterator<Iterator<number>>): void {
    const { clock } = this.#world;
    const sliceEndMs = clock.now() + SLICE_MS;
    while (!this.#isStopped) {
      if (clock.now() >= sliceEndMs) {
        this.#timer = clock.setTimeout(() => this.#fill(slots), 0);
        return;
      }
      const next = slots.next();
      if (next.done) {
        this.#isExhausted = true;
        this.#checkEmpty();
        return;
      }
      this.#refill(next.value, this.#startMs);
    }
  }

  drain(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#isExhausted = true;
    this.#world.gate.close();
    this.#world.clock.clearTimeout(this.#timer);
    this.#world.idle?.stop();
    for (const [arrival, leave] of this.#waiting) {
      leave();
      this.#player.recordUnsent(arrival, UNSENT.notAdmitted);
    }
    this.#waiting.clear();
    if (this.#options.recordNotArrived) this.#recordNotArrived();
    for (const user of [...this.#live.values()]) user.send({ type: 'run.draining' });
    this.#checkEmpty();
  }

  /** Nobody knows when those would have come who fill the slots of a closed loop. */
  #recordNotArrived(): void {
    const { load } = this.#options;
    const unsent = (userId: number, dueMs?: number) => {
      this.#world.ledger.arrived(userId);
      this.#player.recordUnsent({ userId, dueMs, startTurn: 0 }, UNSENT.notArrived);
    };
    if (load.loop === 'closed') {
      for (const slot of load.slots) for (const userId of rest(slot)) unsent(userId);
      return;
    }
    const next = (this.#next ??= load.arrivals.next());
    if (next.done) return;
    unsent(next.value.userId, this.#startMs + next.value.dueMs);
    for (const { userId, dueMs } of rest(load.arrivals)) unsent(userId, this.#startMs + dueMs);
  }

  cancel(): void {
    this.drain();
    for (const user of [...this.#live.values()]) user.send({ type: 'run.cancelled' });
  }

  /**
   * Lets in all who are due, and sets a timer for the next: a burst needs one timer, not one a user. A big
   * one is let in in slices, so that what the first users are answered is read while others still come.
   */
  #advance(arrivals: Iterator<Arrival>): void {
    const { clock } = this.#world;
    const sliceEndMs = clock.now() + SLICE_MS;
    while (!this.#isStopped) {
      if (clock.now() >= sliceEndMs) {
        this.#timer = clock.setTimeout(() => this.#advance(arrivals), 0);
        return;
      }
      const next = (this.#next ??= arrivals.next());
      this.#world.idle?.forget(this);
      if (next.done) {
        this.#isExhausted = true;
        this.#arrivalsEndMs = this.#lastDueMs;
        this.#checkEmpty();
        return;
      }
      const dueMs = this.#startMs + next.value.dueMs;
      // Read once: between two readings of a real clock the time can come.
      const waitMs = dueMs - clock.now();
      if (waitMs > 0) {
        this.#timer = clock.setTimeout(() => this.#advance(arrivals), waitMs);
        this.#world.idle?.waits(this, {
          dueMs,
          sooner: (byMs) => this.#comeSooner(arrivals, byMs),
        });
        return;
      }
      this.#next = undefined;
      this.#lastDueMs = dueMs;
      this.#arrive({ ...next.value, dueMs });
    }
  }

  #comeSooner(arrivals: Iterator<Arrival>, byMs: number): void {
    this.#world.clock.clearTimeout(this.#timer);
    this.#startMs -= byMs;
    this.#advance(arrivals);
  }

  #arrive(arrival: Arrival): void {
    this.#world.ledger.arrived(arrival.userId);
    let hasCome = false;
    const leave = this.#rooms.ask((freeMs) => {
      hasCome = true;
      this.#waiting.delete(arrival);
      this.#admit(freeMs === undefined ? arrival : { ...arrival, freeMs }, (endMs) =>
        this.#rooms.leave(endMs),
      );
    });
    if (!hasCome) this.#waiting.set(arrival, leave);
  }

  #admit(arrival: Arrival, onOver: (endMs: number) => void): void {
    const { userId } = arrival;
    const user = this.#player.create(arrival, (endMs) => {
      this.#live.delete(userId);
      onOver(endMs);
      this.#checkEmpty();
    });
    if (!user) {
      onOver(arrival.freeMs ?? arrival.dueMs);
      return;
    }
    // Subtle: known before it starts, because its first request may be the one that stops the run.
    this.#live.set(userId, user);
    user.start();
  }

  /** Closed loop: the slot's next conversation is due when the slot came free. */
  #refill(slot: Iterator<number>, dueMs: number): void {
    if (this.#isStopped) return;
    const next = slot.next();
    if (next.done) {
      this.#options.onExhausted?.();
      return;
    }
    const arrival = { userId: next.value, dueMs, startTurn: 0 };
    this.#world.ledger.arrived(arrival.userId);
    this.#admit(arrival, (endMs) => this.#refill(slot, endMs));
  }

  #checkEmpty(): void {
    if (!this.#isExhausted || this.#live.size || this.#waiting.size || this.#isEmpty) return;
    this.#isEmpty = true;
    this.#world.idle?.stop();
    this.#options.onEmpty();
  }
}

/** What an iterator has left: `for … of` would end it where the loop is left. */
function* rest<T>(left: Iterator<T>): Generator<T> {
  for (let next = left.next(); !next.done; next = left.next()) yield next.value;
}
