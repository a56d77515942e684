import type { Dispatcher } from 'undici';
import { StreamReader } from '../answer/stream-reader.ts';
import type { AnswerLimits } from '../limits.ts';
import type { Failure, ResponseEnd, ResponseObserver } from '../transport.ts';
import type { Connection } from './connection.ts';
import type { CookieJar } from './cookies.ts';
import { Departure } from './departure.ts';
import { connectionFailure, Refusal } from './failure.ts';
import type { Line } from './line.ts';
import { type ResponseHead, readHead } from './response-head.ts';
import { keptOf, type ResponseHeaders } from './response-headers.ts';

/** How long a body may go on after `[DONE]` before its answer is passed on, so that the connection is free for the next request. */
const LAST_CHUNK_MS = 5;
/** How long nothing but comments may follow a finish reason and usage before there is taken to be no `[DONE]`. */
const QUIET_MS = 100;
/** How long the body of a refusal is read; what came by then says enough. */
const REFUSAL_MS = 2000;
/** What follows a complete answer is read and forgotten for so long, and so much of it. */
const DRAIN_MS = 1000;
const DRAIN_BYTES_MAX = 64 * 1024;

/** One request over HTTP and the reading of its response, in undici's callbacks. */
export class HttpExchange implements Dispatcher.DispatchHandler {
  readonly #line: Line;
  readonly #request: Dispatcher.DispatchOptions;
  readonly #limits: AnswerLimits;
  readonly #observer: ResponseObserver;
  readonly #jar: CookieJar | undefined;
  readonly #departure: Departure;
  #connection: Connection | undefined;
  #wasReconnected = false;
  /** The body of the response has ended. */
  #isComplete = false;
  #head: ResponseHead | undefined;
  #reader: StreamReader | undefined;
  #refusal: Refusal | undefined;
  #isOver = false;
  /** The answer is complete, but not the body: waits for its end, before or after the answer was passed on. */
  #timer: unknown;
  #willWait = false;
  #waitsAsDone = false;
  #isDraining = false;
  #drainedBytes = 0;

  constructor(
    line: Line,
    request: Dispatcher.DispatchOptions,
    limits: AnswerLimits,
    observer: ResponseObserver,
    jar?: CookieJar,
  ) {
    this.#line = line;
    this.#request = request;
    this.#limits = limits;
    this.#observer = observer;
    this.#jar = jar;
    this.#departure = new Departure(line, (atMs, connectMs) =>
      this.#loudly(() => observer.onSent(atMs, connectMs)),
    );
  }

  start(connection: Connection = this.#line.connections.take()): void {
    this.#connection = connection;
    this.#departure.dispatch(connection, this.#request, this);
  }

  cancel(): void {
    if (!this.#isOver) this.#close();
  }

  /** undici calls this right before it writes the request, whole, to a connected socket. */
  onRequestStart(): void {
    if (!this.#isOver) this.#departure.written();
  }

  onResponseStart(_: unknown, httpStatus: number, headers: ResponseHeaders): void {
    if (this.#isOver || httpStatus < 200) return;
    const { clock, says } = this.#line;
    const nowEpochMs = clock.originEpochMs + clock.now();
    this.#jar?.keep(headers, nowEpochMs);
    const answered = readHead(httpStatus, headers, nowEpochMs);
    this.#head = answered;
    const kept = keptOf(headers, this.#line);
    if (kept) this.#loudly(() => this.#observer.onHeaders?.(kept));
    const { coding } = answered;
    if (httpStatus >= 300) {
      this.#refusal = new Refusal(answered, says);
      this.#wait(REFUSAL_MS, () => this.#later(() => this.#refused()));
      return;
    }
    if (coding !== undefined) {
      const message = says(`the body is compressed (${coding}), which was not asked for`);
      const atMs = this.#line.clock.now();
      this.#later(() => this.#fail({ status: 'protocol', message, httpStatus }, atMs));
      return;
    }
    const observer = this.#observer;
    this.#reader = new StreamReader(
      {
        onDelta: (kind, text, atMs) => observer.onDelta(kind, text, atMs),
        onEnd: (end, atMs) => this.#end(end, atMs),
        onFail: (failure, atMs) => this.#fail(failure, atMs),
      },
      { httpStatus, limits: this.#limits, says, reasoningFields: this.#line.reasoningFields },
    );
  }

  onResponseData(_: unknown, bytes: Buffer): void {
    if (this.#isOver) {
      this.#drainedBytes += bytes.length;
      if (this.#isDraining && this.#drainedBytes > DRAIN_BYTES_MAX) this.#drained(false);
      return;
    }
    const atMs = this.#readMs;
    try {
      this.#read(bytes, atMs);
    } catch (error) {
      this.#crash(error);
    }
  }

  onResponseEnd(): void {
    if (this.#isDraining) this.#drained(this.#head!.staysOpen);
    if (this.#isOver) return;
    const atMs = this.#readMs;
    this.#isComplete = true;
    this.#later(() => {
      if (this.#reader) this.#reader.end(atMs);
      else this.#refused(atMs);
    });
  }

  onResponseError(_: unknown, error: Error): void {
    if (this.#isDraining) this.#drained(false);
    if (this.#isOver) return;
    const atMs = this.#line.clock.now();
    if (this.#isStale) this.#loudly(() => this.#sendAgain());
    else this.#later(() => this.#onDeadConnection(error, atMs));
  }

  /** Never before it was sent: sockets that are very many are looked at in several goes, which count as one. */
  get #readMs(): number {
    return Math.max(this.#connection!.readMs, this.#departure.sentMs);
  }

  #read(bytes: Buffer, atMs: number): void {
    const reader = this.#reader;
    if (reader) {
      reader.feed(bytes, atMs);
      if (!this.#isOver && reader.mayBeComplete) this.#awaitEnd(reader);
      return;
    }
    this.#refusal?.feed(bytes);
    if (this.#refusal?.isFull) this.#refused(atMs);
  }

  #refused(atMs = this.#line.clock.now()): void {
    if (this.#refusal) this.#fail(this.#refusal.failure, atMs);
  }

  /** The end of the body is not the end of the answer, which must not wait for it long. */
  #awaitEnd({ isDone }: StreamReader): void {
    if (this.#willWait || (this.#timer !== undefined && this.#waitsAsDone === isDone)) return;
    this.#willWait = true;
    // Mostly the end of the body came in the same read: then there is nothing to set a timer for.
    this.#later(() => {
      this.#willWait = false;
      if (this.#isComplete) return;
      this.#waitsAsDone = this.#reader!.isDone;
      // What has arrived by then comes first: this process may have been busy.
      const then = () => this.#later(() => this.#endWithoutBody());
      this.#wait(this.#waitsAsDone ? LAST_CHUNK_MS : QUIET_MS, then);
    });
  }

  #endWithoutBody(): void {
    const reader = this.#reader!;
    const nowMs = this.#line.clock.now();
    const waitMs = reader.isDone ? 0 : reader.saidMs + QUIET_MS - nowMs;
    if (waitMs > 0) this.#wait(waitMs, () => this.#later(() => this.#endWithoutBody()));
    else if (reader.isWhole) {
      this.#isDraining = true;
      reader.end(nowMs);
    }
  }

  #wait(delayMs: number, then: () => void): void {
    const { clock } = this.#line;
    clock.clearTimeout(this.#timer);
    this.#timer = clock.setTimeout(() => {
      this.#timer = undefined;
      then();
    }, delayMs);
  }

  /**
   * The server had closed the connection while it was idle, whether the request was written before that
   * was seen or not: not a byte came, so it cannot have been answered.
   */
  get #isStale(): boolean {
    const { isReused, isAnswered, isOpen } = this.#connection!;
    return isReused && !isAnswered && !isOpen && !this.#wasReconnected;
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
    if (this.#reader?.isComplete) this.#reader.end(atMs);
    else this.#fail(this.#refusal?.failure ?? this.#deathOf(error), atMs);
  }

  #deathOf(error: Error): Failure {
    const started = this.#connection!.isAnswered ? 'answering' : 'waiting';
    const stage = this.#departure.sentMs < Infinity ? started : 'connecting';
    const { origin, says } = this.#line;
    const failure = connectionFailure(error, { stage, origin, httpStatus: this.#head?.httpStatus });
    return { ...failure, message: says(failure.message) };
  }

  #end(end: ResponseEnd, atMs: number): void {
    this.#close();
    this.#observer.onEnd(end, atMs);
  }

  #fail(failure: Failure, atMs: number): void {
    this.#close();
    this.#observer.onFail(failure, atMs);
  }

  /** Before the observer hears of the end, so that a request it sends then can have the connection. */
  #close(): void {
    this.#isOver = true;
    this.#departure.over();
    this.#reader?.cancel();
    if (this.#isComplete) this.#drained(this.#head!.staysOpen);
    else if (this.#isDraining) this.#wait(DRAIN_MS, () => this.#drained(false));
    else this.#drained(false);
  }

  /** Nothing more comes over the connection, or nothing more is waited for. */
  #drained(isReusable: boolean): void {
    this.#line.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isDraining = false;
    const { connections } = this.#line;
    if (isReusable) connections.giveBack(this.#connection!);
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
