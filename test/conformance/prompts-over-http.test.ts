import { writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Clock } from '../../src/base/clock.ts';
import { VirtualClock } from '../../src/base/clock.ts';
import type { TurnRecord } from '../../src/record/record.ts';
import { startRun } from '../../src/run/run.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import { httpTransport } from '../../src/transport/http/http.ts';
import type { Transport } from '../../src/transport/transport.ts';
import { openWorkload } from '../../src/workload/load.ts';
import { serve, stream } from '../transport/scripted-server.ts';
import { scratchDir } from '../workload/scratch.ts';

const PROMPTS = 40;
const dir = scratchDir();

/** A server that answers nothing until it has all requests, in the order in which they came. */
async function patientServer() {
  const waiting: Socket[] = [];
  let arrived = (): void => {};
  const server = await serve((socket) => {
    waiting.push(socket);
    if (waiting.length === PROMPTS) for (const one of waiting) one.write(stream('well'));
    arrived();
  });
  return {
    ...server,
    nextArrival: () => new Promise<void>((resolve) => (arrived = resolve)),
  };
}

/** Sends over HTTP while simulated time stands still: each request until it is at the server, the last until all are answered. */
function withoutTime(inner: Transport, clock: Clock, nextArrival: () => Promise<void>): Transport {
  const ends: Promise<void>[] = [];
  return {
    send(request, observer) {
      let end = (): void => {};
      ends.push(new Promise((resolve) => (end = resolve)));
      clock.hold(ends.length < PROMPTS ? nextArrival() : Promise.all(ends));
      return inner.send(request, {
        onSent: (...args) => observer.onSent(...args),
        onReconnect: () => observer.onReconnect(),
        onDelta: (...args) => observer.onDelta(...args),
        onEnd(...args) {
          observer.onEnd(...args);
          end();
        },
        onFail(...args) {
          observer.onFail(...args);
          end();
        },
      });
    },
    close: () => inner.close(),
  };
}

test('M-62 over HTTP at 8/s: prompt i is at the server at i/qps, and none waits for an answer', async () => {
  const qps = 8;
  const file = join(dir, 'prompts.jsonl');
  const prompts = Array.from({ length: PROMPTS }, (_, i) => ({ prompt: `prompt ${i}` }));
  writeFileSync(file, prompts.map((prompt) => `${JSON.stringify(prompt)}\n`).join(''));
  const server = await patientServer();
  const scenario = parseScenario({
    target: { url: server.url },
    conversation: { source: 'prompts', file },
    population: { arrivals: { process: 'constant', usersPerSec: qps } },
  });
  const { target, sampling } = scenario;
  const clock = new VirtualClock();
  const http = httpTransport({ target, sampling, model: 'm', apiKey: undefined, clock });
  const records: TurnRecord[] = [];
  startRun({
    scenario,
    clock,
    transport: withoutTime(http, clock, server.nextArrival),
    workload: await openWorkload(scenario, { cacheDir: dir }),
    record: (record) => records.push(record),
    lagging: () => {},
    before: undefined,
    player: undefined,
    onDone: () => {},
  });
  await clock.runInSlices();
  await http.close();
  await server.close();

  const said = server.requests.map(({ body }) => JSON.parse(body).messages[0].content);
  expect(said).toEqual(prompts.map(({ prompt }) => prompt));
  expect(new Set(server.requests.map(({ connection }) => connection)).size).toBe(PROMPTS);
  records.sort((a, b) => a.userId - b.userId);
  expect(records.map(({ status }) => status)).toEqual(prompts.map(() => 'ok'));
  // The list asks for 5 ms; on this clock there is nothing to be late for.
  const off = records.map(({ sentMs }, i) => Math.abs(sentMs! - (i * 1000) / qps));
  expect(Math.max(...off)).toBeLessThan(1e-6);
});
