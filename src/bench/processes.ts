import { connect } from 'node:net';
import { Child } from './child.ts';
import { waitMs } from './measure.ts';
import type { MockAnswer } from './mock-answer.ts';

/** A mock server in a process of its own, whose code is compiled: real servers do not answer for the first time. */
export async function startServer(answer: MockAnswer): Promise<{ server: Child; url: string }> {
  const server = new Child(new URL('./mock-server.js', import.meta.url), answer);
  const url = await server.ask<string>('listen');
  for (let round = 0; round < WARMING_ROUNDS; round++) await askAndLeave(url, answer);
  await server.ask('served');
  return { server, url };
}

const WARMING_ROUNDS = 3;
const WARMING_STREAMS = 100;
/** Long enough for a few tokens. */
const WARMING_MS = 100;

async function askAndLeave(url: string, { firstMs }: MockAnswer): Promise<void> {
  const { hostname, port } = new URL(url);
  const sockets = Array.from({ length: WARMING_STREAMS }, () => {
    const socket = connect({ host: hostname, port: Number(port) });
    socket.on('error', () => {}).resume();
    socket.write('POST / HTTP/1.1\r\nx-user-id: 0\r\ncontent-length: 2\r\n\r\n{}');
    return socket;
  });
  await waitMs(firstMs + WARMING_MS);
  for (const socket of sockets) socket.destroy();
  await waitMs(WARMING_MS);
}
