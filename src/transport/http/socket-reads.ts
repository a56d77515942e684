import type { Socket } from 'node:net';

const CONTINUE = 'HTTP/1.x 100';
const HEAD_END = '\r\n\r\n';
/** A longer head is left to the HTTP library, which has a limit of its own. */
const HEAD_BYTES_MAX = 16 * 1024;

/** What is watched of a socket. */
export class SocketReads {
  readonly read: Socket['read'];
  /** How often something was read: what came in one read came together. */
  count = 0;
  #isAtHead = true;
  #held: Buffer | undefined;

  constructor(read: Socket['read']) {
    this.read = read;
  }

  /** A request is being sent: what is read next is the head of a response. */
  expectHead(): void {
    this.#isAtHead = true;
    this.#held = undefined;
  }

  /** What has been read, or as much of it as is passed on. */
  pass(bytes: Buffer | null): Buffer | null {
    if (bytes === null) return null;
    this.count++;
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
 * Watches what undici reads from a socket. It is counted, as undici tells of the chunks in a read one by
 * one; and `100 Continue` is taken out, which a server may send at any time (RFC 9110, 15.2.1) and undici
 * takes for an error.
 */
export function socketReads(socket: Socket): SocketReads {
  const watched = socket as Watched;
  const reads = new SocketReads(socket.read);
  watched[READS] = reads;
  watched.read = watchedRead;
  return reads;
}

/** One function for all sockets: it is called for every chunk, and V8 can see through it. */
function watchedRead(this: Socket, size?: number): Buffer | null {
  const reads = (this as Watched)[READS];
  return reads.pass(reads.read.call(this, size) as Buffer | null);
}

/** Whether these bytes begin a `100 Continue`, as far as they go. */
function startsLikeContinue(bytes: Buffer): boolean {
  const length = Math.min(bytes.length, CONTINUE.length);
  for (let index = 0; index < length; index++) {
    const isMinor = CONTINUE[index] === 'x';
    if (!isMinor && bytes[index] !== CONTINUE.charCodeAt(index)) return false;
  }
  return true;
}
