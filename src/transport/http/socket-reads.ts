import type { Socket } from 'node:net';
import type { Backlog } from '../../base/backlog.ts';
import type { Poll } from '../../base/poll.ts';

const CONTINUE = 'HTTP/1.x 100';
const HEAD_END = '\r\n\r\n';
/** A longer head is left to the HTTP library, which has a limit of its own. */
const HEAD_BYTES_MAX = 16 * 1024;

/** What the sockets of a transport share. */
export interface Reading {
  readonly poll: Poll;
  /** Where what was read waits to be taken in until everything that has arrived is read. */
  readonly backlog: Backlog;
}

/** Bytes, and when their socket was seen to be readable. */
interface Arrived {
  readonly bytes: Buffer;
  readonly atMs: number;
}

/** What is read from a socket, on its way to the HTTP library. */
export class SocketReads {
  /** When the bytes that were passed on last were readable; or the end of them, which is told of after it. */
  atMs = 0;
  readonly #read: Socket['read'];
  readonly #reading: Reading;
  /** Read by this process itself, and not yet passed on. */
  readonly #arrived: Arrived[] = [];
  readonly #offer: () => void;
  #isAtHead = true;
  #held: Buffer | undefined;

  constructor(socket: Socket, reading: Reading) {
    this.#read = socket.read;
    this.#reading = reading;
    this.#offer = () => {
      if (this.#arrived.length > 0) socket.emit('readable');
    };
    // First of all listeners: what came before the end is taken in before it.
    for (const event of ['end', 'error', 'close']) socket.on(event, () => this.#ends());
  }

  #ends(): void {
    // Each is offered, as one that is withheld hides those behind it.
    for (let left = this.#arrived.length; left > 0; left--) this.#offer();
    this.atMs = this.#reading.poll.atMs();
  }

  /** These bytes were read ahead of the HTTP library, which asks for them when it is offered them. */
  arrive(bytes: Buffer): void {
    this.#arrived.push({ bytes, atMs: this.#reading.poll.atMs() });
    this.#reading.backlog.add(this.#offer);
  }

  next(socket: Socket, size?: number): Buffer | null {
    // Reads nothing, and only looks for the end: Node's own.
    if (size === 0) return this.#read.call(socket, 0) as Buffer | null;
    const arrived = this.#arrived.shift();
    if (arrived) {
      this.atMs = arrived.atMs;
      return this.#passed(arrived.bytes);
    }
    const bytes = this.#read.call(socket, size) as Buffer | null;
    if (bytes === null) return null;
    this.atMs = this.#reading.poll.atMs();
    return this.#passed(bytes);
  }

  /** A request is being sent: what is read next is the head of a response. */
  expectHead(): void {
    this.#isAtHead = true;
    this.#held = undefined;
  }

  #passed(bytes: Buffer): Buffer | null {
    return this.#isAtHead ? this.#withoutContinues(bytes) : bytes;
  }

  #withoutContinues(bytes: Buffer): Buffer | null {
    let rest = this.#held ? Buffer.concat([this.#held, bytes]) : bytes;
    this.#held = undefined;
    while (rest.length > 0) {
      const isContinue = startsLikeContinue(rest);
      const end = isContinue ? rest.indexOf(HEAD_END) : -1;
      if (end >= 0 && rest.length >= CONTINUE.length) {
        rest = rest.subarray(end + HEAD_END.length);
        continue;
      }
      if (isContinue && rest.length < HEAD_BYTES_MAX) {
        this.#held = rest;
        return null;
      }
      this.#isAtHead = false;
      return rest;
    }
    return null;
  }
}

const READS = Symbol('reads');

type Watched = Socket & { [READS]: SocketReads };

/**
 * Watches what undici reads from a socket: it is stamped, as undici tells of the chunks in a read one by one and
 * later; and `100 Continue` is taken out, which a server may send at any time (RFC 9110, 15.2.1) and undici takes
 * for an error.
 */
export function socketReads(socket: Socket, reading: Reading): SocketReads {
  const watched = socket as Watched;
  const reads = new SocketReads(socket, reading);
  watched[READS] = reads;
  watched.read = watchedRead;
  return reads;
}

/** One function for all sockets: it is called for every chunk, and V8 can see through it. */
function watchedRead(this: Socket, size?: number): Buffer | null {
  return (this as Watched)[READS].next(this, size);
}

const READ_BYTES = 64 * 1024;

/**
 * For a socket that is watched from its making: Node's streams are passed by, which take longer over a chunk than
 * all else. One buffer for all, as each read is copied out of it at once.
 */
export const READ_AHEAD = {
  buffer: Buffer.allocUnsafeSlow(READ_BYTES),
  callback(this: unknown, count: number, buffer: Uint8Array): boolean {
    (this as Watched)[READS].arrive(Buffer.from(buffer.subarray(0, count)));
    return true;
  },
};

/** Whether these bytes begin a `100 Continue`, as far as they go. */
function startsLikeContinue(bytes: Buffer): boolean {
  const length = Math.min(bytes.length, CONTINUE.length);
  for (let index = 0; index < length; index++) {
    const isMinor = CONTINUE[index] === 'x';
    if (!isMinor && bytes[index] !== CONTINUE.charCodeAt(index)) return false;
  }
  return true;
}
