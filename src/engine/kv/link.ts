import type { Clock } from '../../base/clock.ts';

export interface LinkOptions {
  readonly bytesPerMs: number;
  /** Before the first byte of every transfer; it takes nothing from the others. */
  readonly latencyMs: number;
  /** A transfer waits for those before it, instead of sharing the bandwidth with them; default: it shares. */
  readonly isInTurn?: boolean | undefined;
  /** Told of every transfer as it is sent. */
  readonly onSent?: ((bytes: number) => void) | undefined;
}

interface Transfer {
  /** What every transfer under way has been served when this one is complete. */
  readonly doneAtBytes: number;
  readonly onDone: () => void;
}

/**
 * One direction of a link between two memories, shared fairly: n transfers at once get 1/n of the
 * bandwidth each (processor sharing, as Dynamo's mocker has it). Kept as the bytes that every transfer
 * under way has been served so far, so that a change costs no pass over all of them.
 */
export class Link {
  readonly #clock: Clock;
  readonly #options: LinkOptions;
  /** By `doneAtBytes`; those that are equal in the order of their start. */
  readonly #active: Transfer[] = [];
  #servedBytes = 0;
  #servedAtMs = 0;
  #timer: unknown;
  #busyMs = 0;

  constructor(clock: Clock, options: LinkOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  /** Time with at least one transfer under way, up to the last start or end of one. */
  get busyMs(): number {
    return this.#busyMs;
  }

  /** `onDone` is called on the clock, never from within. */
  send(bytes: number, onDone: () => void): void {
    const { latencyMs, onSent } = this.#options;
    onSent?.(bytes);
    if (latencyMs > 0) this.#clock.setTimeout(() => this.#start(bytes, onDone), latencyMs);
    else this.#start(bytes, onDone);
  }

  #start(bytes: number, onDone: () => void): void {
    this.#serve();
    const last = this.#options.isInTurn ? this.#active.at(-1) : undefined;
    const transfer = { doneAtBytes: (last?.doneAtBytes ?? this.#servedBytes) + bytes, onDone };
    let at = this.#active.length;
    while (at > 0 && this.#active[at - 1]!.doneAtBytes > transfer.doneAtBytes) at--;
    this.#active.splice(at, 0, transfer);
    this.#arm();
  }

  /** Transfers that have the bandwidth together. */
  get #sharing(): number {
    return this.#options.isInTurn ? 1 : this.#active.length;
  }

  /** Counts what was served since the last change. */
  #serve(): void {
    const nowMs = this.#clock.now();
    const elapsedMs = nowMs - this.#servedAtMs;
    this.#servedAtMs = nowMs;
    if (this.#active.length === 0) return;
    this.#busyMs += elapsedMs;
    this.#servedBytes += (elapsedMs * this.#options.bytesPerMs) / this.#sharing;
  }

  #arm(): void {
    this.#clock.clearTimeout(this.#timer);
    const [next] = this.#active;
    if (!next) return;
    const leftBytes = Math.max(0, next.doneAtBytes - this.#servedBytes);
    const delayMs = (leftBytes * this.#sharing) / this.#options.bytesPerMs;
    this.#timer = this.#clock.setTimeout(() => this.#finish(), delayMs);
  }

  #finish(): void {
    this.#serve();
    const { doneAtBytes, onDone } = this.#active.shift()!;
    // Exactly, whatever the rounding: those that end at the same time must.
    this.#servedBytes = Math.max(this.#servedBytes, doneAtBytes);
    this.#arm();
    onDone();
  }
}
