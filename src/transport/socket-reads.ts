import type { Socket } from 'node:net';

const CONTINUE = 'HTTP/1.x 100';
const HEAD_END = '\r\n\r\n';
/** A longer head is left to the HTTP library, which has a limit of its own. */
const HEAD_BYTES_MAX = 16 * 1024;

export interface SocketReads {
  /** How often something was read: what came in one read came together. */
  readonly count: number;
  /** A request is being sent: what is read next is the head of a response. */
  expectHead(): void;
}

/**
 * Watches what undici reads from a socket. It is counted, as undici tells of the chunks in a read one by
 * one; and `100 Continue` is taken out, which a server may send at any time (RFC 9110, 15.2.1) and undici
 * takes for an error.
 */
export function socketReads(socket: Socket): SocketReads {
  const read = socket.read.bind(socket) as (size?: number) => Buffer | null;
  let isAtHead = true;
  let count = 0;
  let held: Buffer | undefined;

  function withoutContinues(bytes: Buffer): Buffer | null {
    let rest = held ? Buffer.concat([held, bytes]) : bytes;
    held = undefined;
    while (rest.length > 0) {
      const isContinue = startsLikeContinue(rest);
      const end = isContinue ? rest.indexOf(HEAD_END) : -1;
      if (end >= 0 && rest.length >= CONTINUE.length) {
        rest = rest.subarray(end + HEAD_END.length);
        continue;
      }
      if (isContinue && rest.length < HEAD_BYTES_MAX) {
        held = rest;
        return null;
      }
      isAtHead = false;
      return rest;
    }
    return null;
  }

  socket.read = (size?: number): Buffer | null => {
    const bytes = read(size);
    if (bytes !== null) count++;
    return isAtHead && bytes !== null ? withoutContinues(bytes) : bytes;
  };
  return {
    get count() {
      return count;
    },
    expectHead() {
      isAtHead = true;
      held = undefined;
    },
  };
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
