import type { Clock } from '../base/clock.ts';
import { type Rooms, roomsOf } from '../population/rooms.ts';
import { gateOfRun, gateOfWarmup } from '../run/gates.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Gate } from '../user/gate.ts';
import type { Asking, Room } from './messages.ts';

/** Answers one who asks; `sinceMs`: since when it could have been let in, if it had to wait. */
export type Grant = (asking: Asking, sinceMs?: number) => void;

interface Kept {
  ask(asking: Asking, onGranted: (sinceMs?: number) => void): () => void;
  leave(endMs: number): void;
}

export interface KeeperOptions {
  readonly scenario: Scenario;
  readonly clock: Clock;
  /** Requests that earlier parts of the run have sent. */
  readonly requestsBefore: number;
  /** The last request that may be sent has been let in. */
  readonly onLastRequest: () => void;
}

/**
 * Keeps the bounds of all workers: the same gate and the same rooms that one process has, with a door to each worker.
 * What a worker was let in for is known, so that one that dies leaves nothing taken.
 */
export class Keeper {
  readonly #kept: Record<Room, Kept>;

  constructor({ scenario, clock, requestsBefore, onLastRequest }: KeeperOptions) {
    this.#kept = {
      warmup: keptByGate(gateOfWarmup(scenario, { clock })),
      measure: keptByGate(gateOfRun(scenario, { clock, onLastRequest }, requestsBefore)),
      users: keptByRooms(roomsOf(scenario.population.maxActive ?? Infinity)),
    };
  }

  /** For one worker, who is answered by `grant`. */
  doorFor(grant: Grant): WorkersDoor {
    return new WorkersDoor(this.#kept, grant);
  }
}

export class WorkersDoor {
  readonly #kept: Record<Room, Kept>;
  readonly #grant: Grant;
  /** How to stop waiting, and how many are in, by where. */
  readonly #waiting: Record<Room, Map<number, () => void>> = {
    warmup: new Map(),
    measure: new Map(),
    users: new Map(),
  };
  readonly #inside: Record<Room, number> = { warmup: 0, measure: 0, users: 0 };

  constructor(kept: Record<Room, Kept>, grant: Grant) {
    this.#kept = kept;
    this.#grant = grant;
  }

  ask(asking: Asking): void {
    const { room, id } = asking;
    let isIn = false;
    const leave = this.#kept[room].ask(asking, (sinceMs) => {
      isIn = true;
      this.#waiting[room].delete(id);
      this.#inside[room]++;
      this.#grant(asking, sinceMs);
    });
    if (!isIn) this.#waiting[room].set(id, leave);
  }

  /** It may have been let in meanwhile: then it says that it leaves. */
  unask(room: Room, id: number): void {
    this.#waiting[room].get(id)?.();
    this.#waiting[room].delete(id);
  }

  leave(room: Room, endMs: number): void {
    this.#inside[room]--;
    this.#kept[room].leave(endMs);
  }

  /** The worker is gone, with all who waited or were in. */
  abandon(nowMs: number): void {
    for (const room of Object.keys(this.#inside) as Room[]) {
      for (const id of [...this.#waiting[room].keys()]) this.unask(room, id);
      while (this.#inside[room] > 0) this.leave(room, nowMs);
    }
  }
}

function keptByRooms(rooms: Rooms): Kept {
  return {
    ask: (_, onGranted) => rooms.ask(onGranted),
    leave: (endMs) => rooms.leave(endMs),
  };
}

/** As a user goes through it in one process; once it has closed, nobody is let in any more. */
function keptByGate(gate: Gate): Kept {
  return {
    ask({ isFirstTurn = false, isCounted = false }, onGranted) {
      const enter = (): void => {
        if (gate.isClosed) return;
        const sinceMs = gate.openSinceMs;
        onGranted(sinceMs);
        if (isCounted) gate.countRequest();
      };
      if (!gate.hasRoom) return gate.wait(enter, isFirstTurn);
      gate.take();
      enter();
      return () => {};
    },
    leave: (endMs) => gate.leave(endMs),
  };
}
