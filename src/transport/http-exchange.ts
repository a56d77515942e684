import type { Dispatcher } from 'undici';
import type { Backlog } from '../base/backlog.ts';
import type { Clock } from '../base/clock.ts';
import type { Connection, Connections } from './http-connection.ts';
import { connectionFailure, isSocketEnd, Refusal } from './http-failure.ts';
import { StreamReader } from './stream-reader.ts';
import type { Failure, ResponseEnd, ResponseObserver } from './transport.ts';

/** What the exchanges of a run share. */
export interface Line {
  readonly origin: string;
  readonly connections: Connections;
  readonly clock: Clock;
  /** The reading of what has arrived. */
  readonly backlog: Backlog;
  /** Strikes secrets out of what the server says. */
  readonly redact: (message: string) => string;
}

type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** One request over HTTP and the reading of its response, in undici's callbacks. */
export class HttpExchange implements Dispatcher.DispatchHandler {
  readonly #line: Line;
  readonly #request: Dispatcher.DispatchOptions;
  readonly #observer: ResponseObserver;
  #connection: Connection | undefined;
  #dispatchedMs = 0;
  #isSent = false;
  #isReused = false;
  #wasReconnected = false;
  #hasResponse = false;
  /** The response is complete, and the server means to keep the connection. */
  #isComplete = false;
  #staysOpen = true;
  #httpStatus: number | undefined;
  #reader: StreamReader | undefined;
  #refusal: Refusal | undefined;
  #isOver = false;

  constructor(line: Line, request: Dispatcher.DispatchOptions, observer: ResponseObserver) {
    this.#line = line;
    this.#request = request;
    this.#observer = observer;
  }

  start(connection: Connection = this.#line.connections.take()): void {
    this.#connection = connection;
    this.#isSent = false;
    this.#dispatchedMs = this.#line.clock.now();
    connection.dispatch(this.#request, this);
  }

  cancel(): void {
    if (!this.#isOver) this.#close();
  }

  /** undici calls this right before it writes the request, whole, to a connected socket. */
  onRequestStart(): void {
    if (this.#isOver) return;
    const atMs = this.#line.clock.now();
    this.#isSent = true;
    this.#isReused = !this.#connection!.takeWasOpened();
    const connectMs = this.#isReused ? undefined : atMs - this.#dispatchedMs;
    this.#loudly(() => this.#observer.onSent(atMs, connectMs));
  }

  /** At the first byte of a response. */
  onResponseStarted(): void {
    this.#hasResponse = true;
  }

  onResponseStart(_: unknown, httpStatus: number, headers: ResponseHeaders): void {
    if (this.#isOver || httpStatus < 200) return;
    this.#httpStatus = httpStatus;
    this.#staysOpen = !/\bclose\b/i.test(String(headers['connection'] ?? ''));
    if (httpStatus >= 300) {
      this.#refusal = new Refusal(httpStatus, headers['location']?.toString());
      return;
    }
    const observer = this.#observer;
    this.#reader = new StreamReader(
      {
        onDelta: (kind, text, atMs) => observer.onDelta(kind, text, atMs),
        onEnd: (end, atMs) => this.#end(end, atMs),
        onFail: (failure, atMs) => this.#fail(failure, atMs),
      },
      httpStatus,
    );
  }

  onResponseData(_: unknown, bytes: Buffer): void {
    if (this.#isOver) return;
    // Subtle: taken before the reader runs, so that reading time is not counted as latency.
    const atMs = this.#line.clock.now();
    try {
      this.#read(bytes, atMs);
    } catch (error) {
      this.#crash(error);
    }
  }

  onResponseEnd(): void {
    if (this.#isOver) return;
    const atMs = this.#line.clock.now();
    this.#isComplete = true;
    this.#later(() => {
      if (this.#reader) this.#reader.end(atMs);
      else this.#fail(this.#refusal!.failure, atMs);
    });
  }

  onResponseError(_: unknown, error: Error): void {
    if (this.#isOver) return;
    const atMs = this.#line.clock.now();
    if (this.#isStale(error)) this.#loudly(() => this.#sendAgain());
    else this.#later(() => this.#onDeadConnection(error, atMs));
  }

  #read(bytes: Buffer, atMs: number): void {
    if (this.#reader) {
      this.#reader.feed(bytes, atMs);
      return;
    }
    const refusal = this.#refusal!;
    refusal.feed(bytes);
    if (refusal.isFull) this.#fail(refusal.failure, atMs);
  }

  /** The server had closed the connection while it was idle; the request cannot have been looked at. */
  #isStale(error: Error): boolean {
    const isUnanswered = this.#isSent && !this.#hasResponse;
    return isUnanswered && this.#isReused && !this.#wasReconnected && isSocketEnd(error);
  }

  #sendAgain(): void {
    const { connections } = this.#line;
    this.#wasReconnected = true;
    connections.drop(this.#connection!);
    this.#observer.onReconnect();
    // Only a new connection is sure not to be stale too.
    if (!this.#isOver) this.start(connections.takeNew());
  }

  #onDeadConnection(error: Error, atMs: number): void {
    if (this.#reader?.isDone) this.#reader.end(atMs);
    else this.#fail(this.#refusal?.failure ?? this.#deathOf(error), atMs);
  }

  #deathOf(error: Error): Failure {
    const started = this.#hasResponse ? 'answering' : 'waiting';
    const stage = this.#isSent ? started : 'connecting';
    const { origin } = this.#line;
    return connectionFailure(error, { stage, origin, httpStatus: this.#httpStatus });
  }

  #end(end: ResponseEnd, atMs: number): void {
    this.#close();
    this.#observer.onEnd(end, atMs);
  }

  #fail(failure: Failure, atMs: number): void {
    this.#close();
    this.#observer.onFail({ ...failure, message: this.#line.redact(failure.message) }, atMs);
  }

  /** Before the observer hears of the end, so that a request it sends then can have the connection. */
  #close(): void {
    this.#isOver = true;
    this.#reader?.cancel();
    const { connections } = this.#line;
    if (this.#isComplete && this.#staysOpen) connections.giveBack(this.#connection!);
    else connections.drop(this.#connection!);
  }

  #loudly(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#crash(error);
    }
  }

  /** In order, and not at all if the request is over by then. */
  #later(action: () => void): void {
    this.#line.backlog.add(() => {
      if (!this.#isOver) this.#loudly(action);
    });
  }

  /** An exception in an observer is a bug that must stop the run; undici would make a failed request of it. */
  #crash(error: unknown): void {
    this.cancel();
    queueMicrotask(() => {
      throw error;
    });
  }
}
