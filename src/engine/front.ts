import type { Clock } from '../base/clock.ts';
import type { AnswerEnding } from './answer.ts';
import type { Further } from './cost/further.ts';
import type { EngineEnd, EngineObserver } from './serving.ts';

type FrontCosts = Pick<
  Further,
  'apiMs' | 'apiSerialMs' | 'promptTokenUs' | 'chunkUs' | 'firstChunkMs'
>;

/** What the engine tells; `cancel`: nothing more is told. */
export interface Heard extends EngineObserver {
  cancel?(): void;
}

/**
 * The process before the engine: one server that parses and tokenizes requests one after the other, and sends what
 * is streamed. A request of n prompt tokens is with the engine after
 *
 *   wait + apiSerialMs + promptTokenUs n + apiMs
 *
 * where it waits for those before it, and for the chunks that were sent meanwhile.
 */
export class Front {
  readonly #costs: FrontCosts;
  readonly #clock: Clock;
  #freeMs = 0;

  constructor(clock: Clock, costs: FrontCosts) {
    this.#clock = clock;
    this.#costs = costs;
  }

  /** Takes the request in, and says how long it takes until the engine has it. */
  delayMs(promptTokens: number): number {
    const { apiMs, apiSerialMs, promptTokenUs } = this.#costs;
    const nowMs = this.#clock.now();
    const busyMs = apiSerialMs + (promptTokenUs / 1e3) * promptTokens;
    if (busyMs === 0) return apiMs;
    this.#freeMs = Math.max(this.#freeMs, nowMs) + busyMs;
    return this.#freeMs - nowMs + apiMs;
  }

  /** So many chunks are sent. */
  sent(chunks: number): void {
    const { chunkUs } = this.#costs;
    if (chunkUs === 0) return;
    this.#freeMs = Math.max(this.#freeMs, this.#clock.now()) + (chunkUs / 1e3) * chunks;
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
      this.#isFirst = false;
      this.#held = () => this.#observer.onToken(id, text, this.#clock.now(), ending);
      this.#timer = this.#clock.setTimeout(() => this.#release(), this.#lateMs);
      return;
    }
    this.#release();
    this.#observer.onToken(id, text, atMs, ending);
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
