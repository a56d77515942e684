import { connect } from 'node:net';
import { answerParent, settingsOfChild } from './child.ts';
import { monotonicMs } from './measure.ts';

// A child process, the reference: sends the same requests, and does the least that can be called reading.

export interface ReaderSettings {
  readonly url: string;
  readonly streams: number;
}

/** When a stream's request was written, and its first event read, on the machine's monotonic clock. */
export interface FirstEvent {
  readonly sentMs: number;
  readonly firstMs: number;
}

const NEEDLE = Buffer.from('data:');

const { url, streams } = settingsOfChild<ReaderSettings>();
const { hostname, port, host } = new URL(url);
const messages = [{ role: 'user', content: 'Tell me everything.' }];
const body = JSON.stringify({ model: 'mock', messages, stream: true });
const request = `POST /v1/chat/completions HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\ncontent-type: application/json\r\naccept: text/event-stream\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

/** Events are counted, so that finding them cannot be optimised away. */
let events = 0;

function open(onFirst: (first: FirstEvent) => void): void {
  let sentMs = 0;
  let hasEvent = false;
  const socket = connect({ host: hostname, port: Number(port), noDelay: true }, () => {
    sentMs = monotonicMs();
    socket.write(request);
  });
  socket.on('data', (bytes) => {
    for (let at = bytes.indexOf(NEEDLE); at >= 0; at = bytes.indexOf(NEEDLE, at + 1)) {
      events++;
      if (hasEvent) continue;
      hasEvent = true;
      onFirst({ sentMs, firstMs: monotonicMs() });
    }
  });
}

answerParent({
  /** Starts all streams; gives their first events when all have had one. */
  play: () =>
    new Promise<FirstEvent[]>((resolve) => {
      const firsts: FirstEvent[] = [];
      for (let i = 0; i < streams; i++) {
        open((first) => {
          if (firsts.push(first) === streams) resolve(firsts);
        });
      }
    }),
  cpu: () => process.cpuUsage(),
  events: () => events,
});
