import { Socket } from 'node:net';
import { StreamReader } from '../answer/stream-reader.ts';
import { READ_AHEAD, type Reading, socketReads } from './socket-reads.ts';

const ANSWER = [
  { choices: [{ index: 0, delta: { role: 'assistant', content: '' } }] },
  { choices: [{ index: 0, delta: { content: ' a' } }] },
  { choices: [{ index: 0, delta: {}, finish_reason: 'length' }] },
  { choices: [], usage: { prompt_tokens: 1, completion_tokens: 1 } },
];

/**
 * Reads an answer that nobody sent. Code is compiled when it first runs, which takes a hundred times longer than
 * what it does: the first answers of a run would be read late for it.
 */
export function rehearse(reading: Reading): void {
  const socket = new Socket();
  socketReads(socket, reading);
  const reader = new StreamReader({ onDelta() {}, onEnd() {}, onFail() {} });
  for (const event of [...ANSWER.map((chunk) => JSON.stringify(chunk)), '[DONE]']) {
    const bytes = Buffer.from(`data: ${event}\n\n`);
    READ_AHEAD.callback.call(socket, bytes.length, bytes);
    const read = socket.read() as Buffer | null;
    if (read) reader.feed(read, reading.poll.atMs());
  }
  reader.end(reading.poll.atMs());
  socket.destroy();
}
