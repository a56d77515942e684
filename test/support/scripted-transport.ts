import type { Clock } from '../../src/base/clock.ts';
import type {
  Cancel,
  ChatRequest,
  ResponseObserver,
  Transport,
  Usage,
} from '../../src/transport/transport.ts';

export interface Sent extends ChatRequest {
  readonly atMs: number;
}

/** What the scripted engine does with one request. Times are milliseconds. */
export interface Script {
  readonly ttftMs?: number;
  readonly tokens?: number;
  readonly tokenMs?: number;
  /** Told at the end, beside the counts. */
  readonly usage?: Usage;
  /** Fails instead, at `ttftMs`. */
  readonly fail?: {
    status: 'http' | 'timeout' | 'connect' | 'protocol';
    message: string;
    retryAfterMs?: number;
  };
  /** Never says anything. */
  readonly silent?: boolean;
}

/** An engine in miniature on the given clock; `script` decides about each request. Logs all that was sent. */
export class ScriptedTransport implements Transport {
  readonly sent: Sent[] = [];
  inFlight = 0;
  inFlightMax = 0;
  readonly #clock: Clock;
  readonly #script: (request: ChatRequest, index: number) => Script;

  constructor(clock: Clock, script: (request: ChatRequest, index: number) => Script = () => ({})) {
    this.#clock = clock;
    this.#script = script;
  }

  send(request: ChatRequest, observer: ResponseObserver): Cancel {
    const clock = this.#clock;
    const {
      ttftMs = 50,
      tokens = 3,
      tokenMs = 10,
      usage: told,
      fail,
      silent,
    } = this.#script(request, this.sent.length);
    this.sent.push({ ...request, atMs: clock.now() });
    this.inFlight++;
    this.inFlightMax = Math.max(this.inFlightMax, this.inFlight);
    observer.onSent(clock.now());
    let left = tokens;
    const step = (): void => {
      if (fail) {
        over(() => observer.onFail(fail, clock.now()));
        return;
      }
      if (left-- > 0) {
        observer.onDelta('content', ` t${tokens - left}`, clock.now());
        timer = clock.setTimeout(step, left > 0 ? tokenMs : 0);
        return;
      }
      over(() => {
        const counts = { inputTokens: 10 * request.messages.length, outputTokens: tokens };
        const usage = { ...counts, ...told };
        observer.onEnd({ usage, finishReason: 'length' }, clock.now());
      });
    };
    let isOver = false;
    const over = (tell: () => void): void => {
      isOver = true;
      this.inFlight--;
      tell();
    };
    let timer = silent ? undefined : clock.setTimeout(step, ttftMs);
    return () => {
      if (isOver) return;
      isOver = true;
      this.inFlight--;
      clock.clearTimeout(timer);
    };
  }

  async close(): Promise<void> {}
}
