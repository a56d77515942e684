import type { Dispatcher } from 'undici';
import { stopwatch } from '../../base/stopwatch.ts';
import type { Connection } from './connection.ts';
import type { Line } from './line.ts';
import type { Staged } from './stage.ts';

/** How a request leaves: when its bytes are handed over, which may be later than when they are ready. */
export class Departure implements Staged {
  /** When that was; infinite: not yet. */
  sentMs = Infinity;
  readonly #line: Line;
  readonly #onSent: (atMs: number, connectMs: number | undefined) => void;
  #connection: Connection | undefined;
  #sinceDispatch = stopwatch();
  #isHeld = false;
  #isWritten = false;
  #connectMs: number | undefined;

  /** `connectMs`: how long the connection took that was opened for it, if one was. */
  constructor(line: Line, onSent: (atMs: number, connectMs: number | undefined) => void) {
    this.#line = line;
    this.#onSent = onSent;
  }

  dispatch(
    connection: Connection,
    request: Dispatcher.DispatchOptions,
    handler: Dispatcher.DispatchHandler,
  ): void {
    const { stage } = this.#line;
    this.#connection = connection;
    this.sentMs = Infinity;
    this.#isWritten = false;
    this.#sinceDispatch = stopwatch();
    this.#isHeld = stage.isHolding;
    if (this.#isHeld) {
      stage.add(this);
      connection.hold();
    }
    connection.dispatch(request, handler);
  }

  /** It is being written, whole, to a connected socket, which may hold it back. */
  written(): void {
    this.#isWritten = true;
    this.#connectMs = this.#connection!.isReused ? undefined : this.#sinceDispatch();
    if (this.#isHeld) this.#line.stage.ready(this);
    else this.#sent();
  }

  release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#connection!.release();
    if (this.#isWritten) this.#sent();
  }

  /** The request is over: it does not leave any more. */
  over(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#line.stage.ready(this);
  }

  #sent(): void {
    this.sentMs = this.#line.clock.now();
    this.#onSent(this.sentMs, this.#connectMs);
  }
}
