import { createServer, type Socket } from 'node:net';
import { Backlog } from '../base/backlog.ts';
import { type Clock, SystemClock } from '../base/clock.ts';
import { type AnswerForm, answerBytes } from './probe-answer.ts';
import { type ProbePlan, planIn, stampText } from './probe-plan.ts';

export interface ProbeServer {
  readonly url: string;
  close(): Promise<void>;
}

interface Stream {
  readonly socket: Socket;
  readonly plan: ProbePlan;
  readonly cameMs: number;
  sent: number;
}

/** So long it writes before it looks at what has come: requests that wait unseen would pass for the client's error. */
const SLICE_MS = 0.1;

/**
 * A server whose times are known, on a free port of loopback: every chunk says when it left. Written by hand over
 * sockets, as Node's own HTTP server gives a chunk to the socket only after the code that made it.
 */
export async function startProbeServer(form: AnswerForm): Promise<ProbeServer> {
  const clock = new SystemClock();
  const sockets = new Set<Socket>();
  const writer = writing(clock, form);
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    onRequests(socket, clock, writer);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, resolve);
  });
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

type Answer = (socket: Socket, plan: ProbePlan, cameMs: number) => void;

/** Calls for every request, with when its last byte was read. */
function onRequests(socket: Socket, clock: Clock, answer: Answer): void {
  let head = '';
  let bodyLeft = 0;
  let plan: ProbePlan | undefined;
  socket.on('data', (data) => {
    const nowMs = clock.now();
    if (bodyLeft > 0) bodyLeft -= data.length;
    else {
      head += data.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      const [, length = '0'] = /content-length: (\d+)/i.exec(head) ?? [];
      bodyLeft = Number(length) - (head.length - end - 4);
      plan = planIn(head.slice(0, end + 2));
      head = '';
    }
    if (bodyLeft > 0) return;
    if (plan) answer(socket, plan, nowMs);
    else socket.destroy();
  });
}

function writing(clock: Clock, { api, isStreamed }: AnswerForm): Answer {
  const bytes = answerBytes(api);
  const backlog = new Backlog(SLICE_MS);
  const step = (stream: Stream): void => {
    const { socket, plan, cameMs } = stream;
    if (socket.destroyed) return;
    if (!isStreamed) {
      socket.write(bytes.whole(stampText(clock.now(), cameMs)));
      return;
    }
    const isFirst = stream.sent++ === 0;
    if (isFirst && bytes.opening.length) socket.write(bytes.opening);
    socket.write(bytes.chunk(stampText(clock.now(), isFirst ? cameMs : undefined)));
    if (stream.sent < plan.chunks) wait(stream);
    else socket.write(bytes.end(plan.chunks));
  };
  const wait = (stream: Stream): void => {
    const { plan, cameMs, sent } = stream;
    const dueMs = cameMs + plan.firstMs + sent * plan.gapMs;
    clock.setTimeout(() => backlog.add(() => step(stream)), Math.max(0, dueMs - clock.now()));
  };
  return (socket, plan, cameMs) => {
    if (isStreamed) socket.write(bytes.head);
    wait({ socket, plan, cameMs, sent: 0 });
  };
}
