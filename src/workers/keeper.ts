import type { Clock } from '../base/clock.ts';
import { type Rooms, roomsOf } from '../population/rooms.ts';
import { gateOfRun, gateOfWarmup } from '../run/gates.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Gate } from '../user/gate.ts';
import type { Asking, Room } from './messages.ts';

/** What a worker is told. */
export interface Told {
  /** @param sinceMs since when it could have been let in, if it had to wait; `spare`: how many more may be. */
  granted(asking: Asking, sinceMs: number | undefined, spare: number): void;
  recall(room: Room): void;
}

interface Kept {
  ask(asking: Asking, onGranted: (sinceMs?: number) => void): () => void;
  leave(endMs: number): void;
  /** Takes as many more as there can be without a question, of what nobody waits for: 0 where it is scarce. */
  takeSpare(): number;
}

export interface KeeperOptions {
  readonly scenario: Scenario;
  readonly clock: Clock;
  /** Requests that earlier parts of the run have sent. */
  readonly requestsBefore: number;
  readonly workers: number;
  /** The last request that may be sent has been let in. */
  readonly onLastRequest: () => void;
}

/**
 * Keeps the bounds of all workers: the same gate and the same rooms that one process has, with a door to each worker.
 * What a worker was let in for is known, so that one that dies leaves nothing taken.
 */
export class Keeper {
  readonly #kept: Record<Room, Kept>;
  readonly #doors: WorkersDoor[] = [];

  constructor({ scenario, clock, requestsBefore, workers, onLastRequest }: KeeperOptions) {
    const { maxActive = Infinity, maxInFlight, turnOrder, pace } = scenario.population;
    const isCapAlone = turnOrder === 'fair' && !pace;
    const spares = { cap: isCapAlone ? maxInFlight : undefined, workers };
    const isCounting = scenario.stop.afterRequests !== undefined;
    this.#kept = {
      warmup: keptByGate(gateOfWarmup(scenario, { clock }), spares),
      measure: keptByGate(
        gateOfRun(scenario, { clock, onLastRequest }, requestsBefore),
        isCounting ? undefined : spares,
      ),
      users: keptByRooms(roomsOf(maxActive)),
    };
  }

  /** For one worker, who is told so. */
  doorFor(told: Told): WorkersDoor {
    const door = new WorkersDoor(this.#kept, told, (room) => {
      for (const one of this.#doors) one.recall(room);
    });
    this.#doors.push(door);
    return door;
  }
}

export class WorkersDoor {
  readonly #kept: Record<Room, Kept>;
  readonly #told: Told;
  readonly #recallAll: (room: Room) => void;
  /** Where it may let in without asking. */
  readonly #trusted = new Set<Room>();
  /** How to stop waiting, and how many are in, by where. */
  readonly #waiting: Record<Room, Map<number, () => void>> = {
    warmup: new Map(),
    measure: new Map(),
    users: new Map(),
  };
  readonly #inside: Record<Room, number> = { warmup: 0, measure: 0, users: 0 };

  constructor(kept: Record<Room, Kept>, told: Told, recallAll: (room: Room) => void) {
    this.#kept = kept;
    this.#told = told;
    this.#recallAll = recallAll;
  }

  ask(asking: Asking): void {
    const { room, id } = asking;
    let isIn = false;
    const leave = this.#kept[room].ask(asking, (sinceMs) => {
      isIn = true;
      this.#waiting[room].delete(id);
      const spare = this.#kept[room].takeSpare();
      this.#inside[room] += 1 + spare;
      if (spare > 0) this.#trusted.add(room);
      this.#told.granted(asking, sinceMs, spare);
    });
    if (isIn) return;
    this.#waiting[room].set(id, leave);
    this.#recallAll(room);
  }

  /** What it has to spare it gives back: others wait. */
  recall(room: Room): void {
    if (this.#trusted.delete(room)) this.#told.recall(room);
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
    takeSpare: () => 0,
  };
}

const NO_SPARES = { cap: 0, workers: 1 };

interface Spares {
  /** undefined: there are none. */
  readonly cap: number | undefined;
  readonly workers: number;
}

/** As a user goes through it in one process; once it has closed, nobody is let in any more. */
function keptByGate(gate: Gate, { cap = 0, workers }: Spares = NO_SPARES): Kept {
  return {
    takeSpare() {
      if (!gate.hasRoom) return 0;
      const spare = Math.max(0, Math.floor((cap - gate.inFlight) / (2 * workers)));
      for (let taken = 0; taken < spare; taken++) gate.take();
      return spare;
    },
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
