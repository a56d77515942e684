import { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { Backlog } from '../../../src/base/backlog.ts';
import { VirtualClock } from '../../../src/base/clock.ts';
import { Poll } from '../../../src/base/poll.ts';
import { READ_AHEAD, socketReads } from '../../../src/transport/http/socket-reads.ts';

function watched() {
  const clock = new VirtualClock();
  const reading = { poll: new Poll(clock), backlog: new Backlog() };
  const passed: { text: string; atMs: number }[] = [];
  const open = () => {
    const socket = new Socket();
    onTestFinished(() => void socket.destroy());
    const reads = socketReads(socket, reading);
    socket.on('readable', () => {
      for (let bytes = socket.read(); bytes; bytes = socket.read()) {
        passed.push({ text: String(bytes), atMs: reads.atMs });
      }
    });
    return { socket, reads };
  };
  const arrive = (socket: Socket, text: string) =>
    READ_AHEAD.callback.call(socket, text.length, Buffer.from(text));
  return { clock, passed, open, arrive };
}

test('all that is found in one look has its time, however long the reading takes, and is passed on after it', async () => {
  const { clock, passed, open, arrive } = watched();
  const [a, b] = [open(), open()];
  arrive(a.socket, 'HTTP/1.1 200');
  clock.run(5);
  arrive(b.socket, 'HTTP/1.1 404');
  expect(passed).toEqual([]);
  await nextTurn();
  expect(passed).toEqual([
    { text: 'HTTP/1.1 200', atMs: 0 },
    { text: 'HTTP/1.1 404', atMs: 0 },
  ]);
  arrive(a.socket, ' OK');
  await nextTurn();
  expect(passed.at(-1)).toEqual({ text: ' OK', atMs: 5 });
});

test('what came before the end is passed on before the end, and the end has the time of its own look', async () => {
  const { clock, passed, open, arrive } = watched();
  const { socket, reads } = open();
  arrive(socket, 'HTTP/1.1 200');
  arrive(socket, ' OK');
  await nextTurn();
  clock.run(3);
  arrive(socket, '!');
  const told: unknown[] = [];
  socket.on('end', () => told.push([passed.map(({ text }) => text).join(''), reads.atMs]));
  socket.emit('end');
  expect(told).toEqual([['HTTP/1.1 200 OK!', 3]]);
});

test('an informational response alone hides nothing behind it', async () => {
  const { passed, open, arrive } = watched();
  const { socket } = open();
  arrive(socket, 'HTTP/1.1 100 Continue\r\n\r\n');
  arrive(socket, 'HTTP/1.1 200 OK');
  socket.emit('end');
  expect(passed.map(({ text }) => text)).toEqual(['HTTP/1.1 200 OK']);
});
