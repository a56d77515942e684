import { Backlog } from './backlog.ts';

/** Time, injected. Nothing outside `base/` reads a wall clock or sets a Node timer. */
export interface Clock {
  /** Milliseconds since the clock was made: monotonic, fractional. */
  now(): number;
  /** `delayMs` must be finite and >= 0. */
  setTimeout(fn: () => void, delayMs: number): unknown;
  clearTimeout(timer: unknown): void;
  /** Simulated time stands still until this work is done; real time goes on. The work sets timers, but does not wait for one. */
  hold(work: Promise<unknown>): void;
  /** Unix time in milliseconds at `now() === 0`; 0 in simulated time, so that its records are reproducible. */
  readonly originEpochMs: number;
  readonly name: 'system' | 'virtual';
}

/** What is due when a run begins at an appointed time is made ready in so long before it. */
export const READY_MS = 300;

/** Resolves after so many milliseconds of this clock. */
export function sleep(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimeout(resolve, ms);
  });
}

/** Node fires a longer timeout after 1 ms, with a warning. */
const TIMEOUT_MS_MAX = 2 ** 31 - 1;

const NS_PER_MS = 1e6;

/** When a clock was made. */
export interface ClockOrigin {
  /** By the machine's clock that only goes forward, which all of its processes have. */
  readonly monotonicNs: bigint;
  readonly epochMs: number;
}

interface SystemTimer {
  readonly dueMs: number;
  /** Undefined: cleared. */
  fn: (() => void) | undefined;
  node: NodeJS.Timeout | undefined;
}

function assertDelay(delayMs: number): void {
  if (!(delayMs >= 0 && delayMs < Infinity)) {
    throw new RangeError(`delayMs must be finite and >= 0, got ${delayMs}`);
  }
}

/**
 * Wall-clock time: performance.now() and Node's timers. Those count whole milliseconds from when the loop last
 * looked at its clock, and can fire one early: then the rest is waited for. Late by a millisecond, never early.
 * Of many that are due together some wait for another slice: what has arrived meanwhile is read in between.
 */
export class SystemClock implements Clock {
  readonly name = 'system';
  readonly #due = new Backlog();
  #originMs: number;
  #originEpochMs: number;
  /** The time at which it stands. */
  #stoodMs: number | undefined;
  #isAppointed = false;
  /** Set while it stood, for later. */
  #unarmed: SystemTimer[] = [];

  /** @param origin that of another process of this machine, whose time this clock has; default: now. */
  constructor(origin?: ClockOrigin) {
    this.#originMs = performance.now();
    this.#originEpochMs = origin?.epochMs ?? Date.now();
    if (origin) this.#originMs -= Number(process.hrtime.bigint() - origin.monotonicNs) / NS_PER_MS;
  }

  /** For a clock of another process. */
  origin(): ClockOrigin {
    const sinceNs = BigInt(Math.round(this.now() * NS_PER_MS));
    return { monotonicNs: process.hrtime.bigint() - sinceNs, epochMs: this.originEpochMs };
  }

  get originEpochMs(): number {
    return Math.round(this.#originEpochMs);
  }

  now(): number {
    return this.#stoodMs ?? performance.now() - this.#originMs;
  }

  /**
   * Time stands until `go`: what is due now still happens. With `atMs`, which is to come: it stands there already,
   * and goes on when it has come, or at once where that was missed.
   */
  stand(atMs?: number): void {
    this.#stoodMs = atMs ?? this.now();
    this.#isAppointed = atMs !== undefined;
  }

  /** Goes on from where it stood, and calls `then`. Without an appointment no stamp has the time in between. */
  go(then: () => void): void {
    if (this.#stoodMs === undefined) return;
    const pastMs = performance.now() - this.#originMs - this.#stoodMs;
    if (this.#isAppointed && pastMs < 0) {
      setTimeout(() => this.go(then), Math.ceil(-pastMs));
      return;
    }
    if (!this.#isAppointed) {
      this.#originMs += pastMs;
      this.#originEpochMs += pastMs;
    }
    this.#stoodMs = undefined;
    for (const timer of this.#unarmed.splice(0)) this.#arm(timer);
    then();
  }

  setTimeout(fn: () => void, delayMs: number): unknown {
    assertDelay(delayMs);
    const timer: SystemTimer = { dueMs: this.now() + delayMs, fn, node: undefined };
    this.#arm(timer);
    return timer;
  }

  clearTimeout(timer: unknown): void {
    const cleared = timer as SystemTimer | undefined;
    if (!cleared) return;
    cleared.fn = undefined;
    clearTimeout(cleared.node);
  }

  #arm(timer: SystemTimer): void {
    if (!timer.fn) return;
    const delayMs = Math.min(Math.ceil(timer.dueMs - this.now()), TIMEOUT_MS_MAX);
    // Node waits a millisecond at least.
    if (delayMs <= 0) this.#due.add(() => timer.fn?.());
    else if (this.#stoodMs !== undefined) this.#unarmed.push(timer);
    else timer.node = setTimeout(() => this.#fire(timer), delayMs);
  }

  #fire(timer: SystemTimer): void {
    if (!timer.fn) return;
    if (this.now() < timer.dueMs) this.#arm(timer);
    else this.#due.start(() => timer.fn?.());
  }

  hold(): void {}
}

interface Timer {
  readonly dueMs: number;
  readonly sequence: number;
  fn: (() => void) | undefined;
}

/** Timers that fire in one go: some milliseconds of work. */
const SLICE_TIMERS = 1000;

/** Cancelled timers are swept out of the heap once there are this many, and they are the majority. */
const SWEEP_MIN = 1024;

/** Simulated time: steps from timer to timer; equal due times fire in the order they were set. */
export class VirtualClock implements Clock {
  readonly name = 'virtual';
  readonly originEpochMs = 0;
  #heap: Timer[] = [];
  #nowMs = 0;
  #sequence = 0;
  #cancelled = 0;
  #held: Promise<unknown>[] = [];

  now(): number {
    return this.#nowMs;
  }

  /** Minded by `runInSlices` alone: `run` waits for nothing. */
  hold(work: Promise<unknown>): void {
    this.#held.push(work);
  }

  setTimeout(fn: () => void, delayMs: number): unknown {
    assertDelay(delayMs);
    const timer: Timer = { dueMs: this.#nowMs + delayMs, sequence: this.#sequence++, fn };
    push(this.#heap, timer);
    return timer;
  }

  clearTimeout(timer: unknown): void {
    const cancelled = timer as Timer | undefined;
    if (!cancelled?.fn) return;
    cancelled.fn = undefined;
    this.#cancelled++;
    if (this.#cancelled > SWEEP_MIN && this.#cancelled * 2 > this.#heap.length) this.#sweep();
  }

  /** Fires timers in order of due time until none are left or the next is due after `untilMs`. */
  run(untilMs = Infinity): void {
    while (this.#fireNext(untilMs));
    if (untilMs !== Infinity) this.#nowMs = Math.max(this.#nowMs, untilMs);
  }

  /** As `run`, but signals and whatever else waits in this process have their turn now and then. */
  async runInSlices(): Promise<void> {
    for (let count = 1; this.#fireNext(Infinity); count++) {
      while (this.#held.length > 0) await Promise.all(this.#held.splice(0));
      if (count % SLICE_TIMERS === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** False if nothing is due. */
  #fireNext(untilMs: number): boolean {
    const [next] = this.#heap;
    if (!next || next.dueMs > untilMs) return false;
    pop(this.#heap);
    const { fn } = next;
    if (!fn) {
      this.#cancelled--;
      return true;
    }
    next.fn = undefined;
    this.#nowMs = next.dueMs;
    fn();
    return true;
  }

  #sweep(): void {
    // A sorted array is a heap, and (dueMs, sequence) is a total order: the firing order is unchanged.
    this.#heap = this.#heap.filter((timer) => timer.fn).sort((a, b) => (before(a, b) ? -1 : 1));
    this.#cancelled = 0;
  }
}

function before(a: Timer, b: Timer): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.sequence < b.sequence);
}

function push(heap: Timer[], timer: Timer): void {
  let i = heap.length;
  while (i > 0) {
    const parent = (i - 1) >> 1;
    if (!before(timer, heap[parent]!)) break;
    heap[i] = heap[parent]!;
    i = parent;
  }
  heap[i] = timer;
}

function pop(heap: Timer[]): void {
  const last = heap.pop()!;
  const count = heap.length;
  if (count === 0) return;
  let i = 0;
  for (;;) {
    let child = 2 * i + 1;
    if (child >= count) break;
    if (child + 1 < count && before(heap[child + 1]!, heap[child]!)) child++;
    if (!before(heap[child]!, last)) break;
    heap[i] = heap[child]!;
    i = child;
  }
  heap[i] = last;
}
