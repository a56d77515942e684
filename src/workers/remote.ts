import type { Clock } from '../base/clock.ts';
import type { Rooms } from '../population/rooms.ts';
import type { Door } from '../user/gate.ts';
import type { Outage } from '../user/outage.ts';
import type { FromWorker, Room, ToWorker } from './messages.ts';

type Send = (message: FromWorker) => void;
type Granted = Pick<Extract<ToWorker, { type: 'granted' }>, 'id' | 'sinceMs' | 'spare'>;
type OnGranted = (sinceMs: number | undefined) => void;

/** What is asked of the process that keeps a bound, and its answers, which may come too late. */
export class Asked {
  readonly #room: Room;
  readonly #clock: Clock;
  readonly #send: Send;
  readonly #waiting = new Map<number, OnGranted>();
  #ids = 0;
  /** So many may be let in without asking; since the last of them came free. */
  #spare = 0;
  #spareSinceMs = 0;
  #mayKeep = false;

  constructor(room: Room, clock: Clock, send: Send) {
    this.#room = room;
    this.#clock = clock;
    this.#send = send;
  }

  /** Returns how to stop waiting. */
  ask(onGranted: OnGranted, of: { isFirstTurn?: boolean; isCounted?: boolean } = {}): () => void {
    const id = this.#ids++;
    this.#waiting.set(id, onGranted);
    this.#send({ type: 'ask', room: this.#room, id, ...of });
    return () => {
      if (this.#waiting.delete(id)) this.#send({ type: 'unask', room: this.#room, id });
    };
  }

  /** Nobody has to be asked, and nobody here waits. */
  get hasSpare(): boolean {
    return this.#spare > 0 && this.#waiting.size === 0;
  }

  takeSpare(): void {
    this.#spare--;
  }

  /** One that waits no more gives back what it was granted meanwhile. */
  granted({ id, sinceMs, spare = 0 }: Granted): void {
    this.#spare += spare;
    if (spare > 0) this.#mayKeep = true;
    const onGranted = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (onGranted) onGranted(sinceMs);
    else this.leave(this.#clock.now());
  }

  leave(endMs: number): void {
    if (this.#mayKeep) {
      this.#spare++;
      this.#spareSinceMs = endMs;
    } else this.#send({ type: 'leave', room: this.#room, endMs });
  }

  recall(): void {
    this.#mayKeep = false;
    const count = this.#spare;
    this.#spare = 0;
    if (count === 0) return;
    this.#send({ type: 'leave', room: this.#room, endMs: this.#spareSinceMs, count });
  }
}

/** The rooms of all workers, as one of them sees them. */
export function remoteRooms(asked: Asked): Rooms {
  return {
    ask: (onAdmitted) => asked.ask(onAdmitted),
    leave: (endMs) => asked.leave(endMs),
  };
}

/** The gate of all workers, as one of them sees it: a request asks, and is told, unless there is room to spare. */
export class RemoteDoor implements Door {
  readonly #asked: Asked;
  readonly #clock: Clock;
  readonly #outage: Outage;
  /** Let in while the engine cannot be reached: they go when it can. */
  readonly #held = new Set<() => void>();
  #inFlight = 0;
  #isClosed = false;
  #sinceMs = 0;
  #reachableMs = 0;

  constructor(asked: Asked, clock: Clock, outage: Outage) {
    this.#asked = asked;
    this.#clock = clock;
    this.#outage = outage;
    outage.onOpen(() => {
      this.#reachableMs = clock.now();
      for (const go of this.#held) {
        if (!outage.isOpen) return;
        this.#held.delete(go);
        go();
      }
    });
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get hasRoom(): boolean {
    return this.#asked.hasSpare && this.#outage.isOpen;
  }

  get openSinceMs(): number {
    return Math.max(this.#sinceMs, this.#reachableMs);
  }

  take(): void {
    this.#asked.takeSpare();
    this.#enter();
  }

  wait(
    onGranted: () => void,
    isFirstTurn: boolean,
    _userId: number,
    isCounted: boolean,
  ): () => void {
    let go: (() => void) | undefined;
    const leave = this.#asked.ask(
      (sinceMs = 0) => {
        go = () => {
          go = undefined;
          this.#sinceMs = sinceMs;
          this.#enter();
          onGranted();
        };
        if (this.#outage.isOpen) go();
        else this.#held.add(go);
      },
      { isFirstTurn, isCounted },
    );
    return () => {
      if (go && this.#held.delete(go)) this.#asked.leave(this.#clock.now());
      else leave();
    };
  }

  leave(endMs = this.#clock.now()): void {
    this.#inFlight--;
    this.#asked.leave(endMs);
  }

  /** Whoever let it in has counted it. */
  countRequest(): void {}

  close(): void {
    this.#isClosed = true;
  }

  #enter(): void {
    this.#inFlight++;
    this.#outage.took();
  }
}
