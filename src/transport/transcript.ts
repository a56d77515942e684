import type { Message } from '../workload/message.ts';

/** How messages are written one after the other. */
export interface Notation {
  readonly bytesOf: (message: Message) => Buffer;
  readonly separator: Buffer;
}

/** Room for what is still to be said, so that growing copies a history only a few times in its life. */
const GROWTH = 1.5;

/**
 * The bytes of a long conversation so far, ready to be sent again: a request body is a view of them, and
 * its own end is written behind the history. So a turn costs what is new in it, not what came before.
 *
 * The end of a body is overwritten by the next one. That is safe because a conversation has one request
 * at a time: whatever of a body is still to be sent when its answer is complete, the server has answered
 * without reading it; and a request that was cancelled has lost its socket.
 */
export class Transcript {
  readonly #notation: Notation;
  #bytes: Buffer;
  /** Of the head and of the messages that will stay. */
  #length: number;
  #history: readonly Message[] = [];

  /** @param expectedBytes of the first body. */
  constructor(head: string, notation: Notation, expectedBytes: number) {
    this.#notation = notation;
    this.#bytes = Buffer.from(head);
    this.#length = this.#bytes.length;
    this.#reserve(expectedBytes);
  }

  /** Whether these messages go on from where this stands. */
  continuesWith(messages: readonly Message[]): boolean {
    // From the end, where a difference is likely; a history of hundreds is compared in a microsecond.
    for (let index = this.#history.length - 1; index >= 0; index--) {
      if (messages[index] !== this.#history[index]) return false;
    }
    return true;
  }

  /** The last message may turn out to be no part of the conversation, if its turn fails. */
  body(messages: readonly Message[], tail: string): Buffer {
    const history = messages.slice(0, -1);
    for (let index = this.#history.length; index < history.length; index++) {
      this.#length = this.#append(history[index]!, index, this.#length);
    }
    this.#history = history;
    const last = messages.at(-1);
    const end = last ? this.#append(last, history.length, this.#length) : this.#length;
    this.#reserve(end + Buffer.byteLength(tail));
    return this.#bytes.subarray(0, end + this.#bytes.write(tail, end));
  }

  #append(message: Message, index: number, at: number): number {
    const { bytesOf, separator } = this.#notation;
    const bytes = bytesOf(message);
    this.#reserve(at + separator.length + bytes.length);
    const start = index > 0 ? at + separator.copy(this.#bytes, at) : at;
    this.#bytes.set(bytes, start);
    return start + bytes.length;
  }

  #reserve(byteLength: number): void {
    if (byteLength <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.ceil(byteLength * GROWTH));
    this.#bytes.copy(larger);
    this.#bytes = larger;
  }
}
