import type { Clock } from '../base/clock.ts';
import type { AnswerEnding } from './answer.ts';
import { ApiWork } from './api-work.ts';
import type { Further } from './cost/further.ts';
import type { EngineEnd, EngineObserver } from './serving.ts';

type FrontCosts = Pick<
  Further,
  'apiMs' | 'apiSerialMs' | 'apiReadShare' | 'promptTokenUs' | 'chunkUs' | 'firstChunkMs'
>;

/** What the engine tells; `cancel`: nothing more is told. */
export interface Heard extends EngineObserver {
  cancel?(): void;
}

/**
 * The process before the engine: one server that parses and tokenizes all requests that it has at a time, and sends
 * what is streamed. Alone, a request of n prompt tokens is with the engine after
 *
 *   apiSerialMs + promptTokenUs n + apiMs
 *
 * of which the first two wait for the chunks that are sent meanwhile, and for the requests before it; of those that come
 * together all may be read, a share of it, before any goes on (`apiReadShare`, `ApiWork`).
 */
export class Front {
  readonly #costs: FrontCosts;
  readonly #clock: Clock;
  readonly #work: ApiWork;
  /** Where requests are read one after the other. */
  #freeMs = 0;

  constructor(clock: Clock, costs: FrontCosts) {
    this.#costs = costs;
    this.#clock = clock;
    this.#work = new ApiWork(clock);
  }

  /** Takes a request in, and calls `accepted` when the engine has it; returns what gives it up. */
  take(promptTokens: number, accepted: () => void): () => void {
    const { apiMs, apiSerialMs, apiReadShare, promptTokenUs } = this.#costs;
    const busyMs = apiSerialMs + (promptTokenUs / 1e3) * promptTokens;
    let timer: unknown;
    const handOver = (waitMs: number): void => {
      timer = this.#clock.setTimeout(accepted, waitMs + apiMs);
    };
    const readMs = apiReadShare * busyMs;
    const giveUp =
      readMs > 0
        ? this.#work.begin(readMs, busyMs - readMs, () => handOver(0))
        : handOver(this.#inTurnMs(busyMs));
    return () => {
      giveUp?.();
      this.#clock.clearTimeout(timer);
    };
  }

  /** So many chunks are sent. */
  sent(chunks: number): void {
    const { chunkUs } = this.#costs;
    if (chunkUs === 0) return;
    const ms = (chunkUs / 1e3) * chunks;
    if (this.#costs.apiReadShare > 0) this.#work.interrupt(ms);
    else this.#inTurnMs(ms);
  }

  /** Takes the process for so long, after all that it was taken for; how long until that is over. */
  #inTurnMs(busyMs: number): number {
    if (busyMs === 0) return 0;
    const nowMs = this.#clock.now();
    this.#freeMs = Math.max(this.#freeMs, nowMs) + busyMs;
    return this.#freeMs - nowMs;
  }

  /** The observer as the API lets it hear: the first token later than the engine has it. */
  heard(observer: EngineObserver): Heard {
    const { firstChunkMs } = this.#costs;
    return firstChunkMs === 0 ? observer : new LateFirst(this.#clock, firstChunkMs, observer);
  }
}

/** The first token comes later, but never after the second: what follows it takes it along. */
class LateFirst implements Heard {
  readonly #clock: Clock;
  readonly #lateMs: number;
  readonly #observer: EngineObserver;
  #isFirst = true;
  #held: (() => void) | undefined;
  #timer: unknown;

  constructor(clock: Clock, lateMs: number, observer: EngineObserver) {
    this.#clock = clock;
    this.#lateMs = lateMs;
    this.#observer = observer;
  }

  onQueued(atMs: number): void {
    this.#observer.onQueued?.(atMs);
  }

  onToken(id: number, text: string, atMs: number, ending?: AnswerEnding): void {
    if (this.#isFirst) {
      this.#hold(id, text, ending);
      return;
    }
    this.#release();
    this.#observer.onToken(id, text, atMs, ending);
  }

  /** A method of its own: where a closure is made, every call allocates what it would capture. */
  #hold(id: number, text: string, ending: AnswerEnding | undefined): void {
    this.#isFirst = false;
    this.#held = () => this.#observer.onToken(id, text, this.#clock.now(), ending);
    this.#timer = this.#clock.setTimeout(() => this.#release(), this.#lateMs);
  }

  /** Of an answer of one token it is as late as that. */
  onEnd(end: EngineEnd, atMs: number): void {
    const token = this.#held;
    if (!token) {
      this.#observer.onEnd(end, atMs);
      return;
    }
    this.#held = () => {
      token();
      this.#observer.onEnd(end, this.#clock.now());
    };
  }

  cancel(): void {
    this.#held = undefined;
    this.#clock.clearTimeout(this.#timer);
  }

  onError: EngineObserver['onError'] = (error, atMs) => this.#observer.onError(error, atMs);

  #release(): void {
    const held = this.#held;
    if (!held) return;
    this.#held = undefined;
    this.#clock.clearTimeout(this.#timer);
    held();
  }
}
