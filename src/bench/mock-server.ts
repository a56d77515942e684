import { createServer, type Socket } from 'node:net';
import { answerParent, settingsOfChild } from './child.ts';
import { monotonicMs } from './measure.ts';
import { type MockAnswer, mockBytes } from './mock-answer.ts';

// A child process: a serving engine's front end and nothing behind it, as cheap as Node can have it.

/** One request as the server saw it; times on the machine's monotonic clock. */
export interface Served {
  readonly userId: number;
  /** When its first and its last byte were read. */
  readonly arrivedMs: number;
  readonly completeMs: number;
  /** When its first token was really written. */
  firstTokenMs: number;
}

interface Stream {
  readonly socket: Socket;
  readonly served: Served;
  readonly startMs: number;
  sent: number;
}

const answer = settingsOfChild<MockAnswer>();
const bytes = mockBytes(answer);
const MODELS = JSON.stringify({ object: 'list', data: [{ id: 'mock', object: 'model' }] });

let chunksSent = 0;
let turnsServed = 0;
let served: Served[] = [];

/**
 * Streams by the millisecond in which their next token is due, rounded up: never early, and late by less
 * than two milliseconds if the machine is free. One timer serves all streams.
 */
const due = new Map<number, Stream[]>();
let doneMs = 0;
/** Streams whose token is due now. */
const ready: Stream[] = [];
const WRITES_AT_A_TIME = 10;
let isTicking = false;

function schedule(stream: Stream): void {
  const dueMs = Math.ceil(stream.startMs + answer.firstMs + stream.sent * answer.gapMs);
  // Past slots are not looked at again.
  const slot = Math.max(dueMs, doneMs + 1);
  const others = due.get(slot);
  if (others) others.push(stream);
  else due.set(slot, [stream]);
  if (isTicking) return;
  isTicking = true;
  doneMs = Math.floor(monotonicMs()) - 1;
  setTimeout(tick, 1);
}

function tick(): void {
  const nowMs = Math.floor(monotonicMs());
  while (doneMs < nowMs) {
    doneMs++;
    const streams = due.get(doneMs);
    due.delete(doneMs);
    if (streams) ready.push(...streams);
  }
  writeSome();
}

/**
 * A few at a time: Node accepts one connection in every turn of its event loop, and a long turn would keep
 * requests waiting at the door, where no server clock sees them.
 */
function writeSome(): void {
  for (const stream of ready.splice(0, WRITES_AT_A_TIME)) step(stream);
  if (ready.length) setImmediate(writeSome);
  else if (due.size) setTimeout(tick, 1);
  else isTicking = false;
}

function step(stream: Stream): void {
  const { socket } = stream;
  if (socket.destroyed) return;
  const token = bytes.tokens[stream.sent % bytes.tokens.length]!;
  if (stream.sent === 0) {
    stream.served.firstTokenMs = monotonicMs();
    socket.write(Buffer.concat([bytes.role, token]));
  } else {
    socket.write(token);
  }
  stream.sent++;
  chunksSent++;
  if (stream.sent < answer.tokens) {
    schedule(stream);
    return;
  }
  socket.write(bytes.end);
  turnsServed++;
}

const wholeAnswer = Buffer.concat([
  bytes.role,
  ...Array.from({ length: answer.tokens }, (_, i) => bytes.tokens[i % bytes.tokens.length]!),
  bytes.end,
]);

function respond(socket: Socket, request: Served): void {
  socket.write(bytes.head);
  if (answer.gapMs > 0) {
    served.push(request);
    schedule({ socket, served: request, startMs: request.completeMs, sent: 0 });
    return;
  }
  socket.write(wholeAnswer);
  chunksSent += answer.tokens;
  turnsServed++;
}

/** Reads requests off one connection: a head, and as many bytes of body as it says. */
function accept(socket: Socket): void {
  let head = '';
  let bodyLeft = 0;
  let userId = 0;
  let arrivedMs = 0;
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (data) => {
    const nowMs = monotonicMs();
    if (bodyLeft > 0) {
      bodyLeft -= data.length;
    } else {
      if (head === '') arrivedMs = nowMs;
      head += data.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      if (head.startsWith('GET')) {
        head = '';
        socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${MODELS.length}\r\n\r\n${MODELS}`);
        return;
      }
      bodyLeft = numberIn(/content-length: (\d+)/i, head) - (head.length - end - 4);
      userId = numberIn(/x-user-id: (\d+)/i, head.slice(0, end));
      head = '';
    }
    if (bodyLeft === 0) {
      respond(socket, { userId, arrivedMs, completeMs: nowMs, firstTokenMs: Number.NaN });
    }
  });
}

function numberIn(pattern: RegExp, text: string): number {
  return Number(pattern.exec(text)?.[1] ?? 0);
}

const server = createServer({ noDelay: true }, accept);
answerParent({
  listen: () =>
    new Promise((resolve) => {
      server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () => {
        resolve(`http://127.0.0.1:${(server.address() as { port: number }).port}`);
      });
    }),
  counts: () => ({ chunksSent, turnsServed }),
  /** The requests since this was last asked. */
  served: () => {
    const last = served;
    served = [];
    return last;
  },
});
