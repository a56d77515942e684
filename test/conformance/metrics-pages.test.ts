import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { SystemClock, VirtualClock } from '../../src/base/clock.ts';
import { play } from '../../src/play/play.ts';
import type { EnginePage } from '../../src/record/engine-pages.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import { playingSilently, scenarioHere } from '../support/play-in-process.ts';
import { ScriptedTransport } from '../support/scripted-transport.ts';
import { smallWorkload } from '../support/small-workload.ts';
import { response, serve, stream } from '../transport/scripted-server.ts';

playingSilently();

/** Each of four users asks three times, in 70 ms each, a second apart. */
const LOAD: ScenarioInput = {
  conversation: { rounds: 3 },
  pacing: { pauseSec: 1 },
  population: { users: 4, arrivals: { process: 'constant', usersPerSec: 4 } },
};

/** Time goes on while something is on its way, and does not stand still until it is there. */
class RunningClock extends VirtualClock {
  override hold(): void {
    super.hold(new Promise((resolve) => setImmediate(resolve)));
  }
}

/** Played with pages that are 300 ms on their way while the run goes on. */
async function playedWithPages(metricsEverySec: number | undefined) {
  const scenario = scenarioHere({ ...LOAD, output: { metricsEverySec } });
  const clock = new RunningClock();
  let isRunning = false;
  let count = 0;
  const page = (): string => `pages_total ${count++}\n`;
  const scrape = (): Promise<string> =>
    new Promise((resolve) => {
      const arrive = (): void => resolve(page());
      if (!isRunning) arrive();
      else {
        clock.setTimeout(() => {
          arrive();
          clock.hold();
        }, 300);
      }
    });
  const transport = new ScriptedTransport(clock);
  const played = await play({
    scenario,
    clock,
    workload: smallWorkload(scenario),
    observer: {
      started: () => (isRunning = true),
      ended: () => (isRunning = false),
    },
    open: async () => ({
      ...{ transport, scrape },
      ...{ model: 'scripted', description: 'a scripted engine' },
      close: () => transport.close(),
    }),
  });
  return { records: played.run.parts[0]!.records, pages: pagesOf(played.dir) };
}

function pagesOf(dir: string): EnginePage[] {
  const lines = readFileSync(join(dir, 'metrics.ndjson'), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line));
}

test('M-60 pages before, during and after a run, off the path of its requests', async () => {
  const ends = await playedWithPages(undefined);
  const { records, pages } = await playedWithPages(0.5);
  const lastMs = Math.max(...records.map(({ endMs }) => endMs!));
  expect(ends.pages).toHaveLength(2);
  expect(ends.pages[1]!.atMs).toBeGreaterThanOrEqual(lastMs);
  // Half a second after one has come, whatever is in flight.
  expect(pages.slice(0, -1).map(({ atMs }) => atMs)).toEqual([0, 500, 1300, 2100, 2900]);
  expect(pages.at(-1)!.atMs).toBeGreaterThanOrEqual(lastMs);
  const isMeanwhile = (atMs: number): boolean =>
    pages.slice(1, -1).some((page) => page.atMs <= atMs && atMs < page.atMs + 300);
  expect(records.filter(({ sentMs }) => isMeanwhile(sentMs!)).length).toBeGreaterThan(3);
  expect(records).toEqual(ends.records);
});

test('M-60 over HTTP: a page that the server holds back holds back no request', async () => {
  const held: { questions: Socket[]; page: Socket | undefined } = {
    questions: [],
    page: undefined,
  };
  const seen: string[] = [];
  const sendPage = (socket: Socket) => socket.write(response('200 OK', `pages_total 1\n`));
  const server = await serve((socket, { method, path }) => {
    if (method === 'POST') held.questions.push(socket);
    else if (path !== '/metrics') socket.write(response('404 Not Found', ''));
    // Before the run and after it; the second is held back until then.
    else if (seen.includes('page') && !held.page) held.page = socket;
    else for (const one of [socket, held.page]) if (one) sendPage(one);
    if (method === 'POST' || path === '/metrics')
      seen.push(method === 'POST' ? 'question' : 'page');
    // No question is answered before a page is on its way.
    if (held.page) for (const one of held.questions.splice(0)) one.write(stream('well'));
  });
  onTestFinished(() => server.close());
  const scenario = scenarioHere({
    target: { url: server.url, model: 'm' },
    conversation: { rounds: 3, text: 'hi' },
    pacing: { pauseSec: 0 },
    population: { users: 4, arrivals: { process: 'closed', concurrency: 2 } },
    output: { metricsEverySec: 0.01 },
  });
  const played = await play({ scenario, clock: new SystemClock() });
  expect(played.summary.counts).toMatchObject({ planned: 12, completed: 12 });
  expect(seen.filter((what) => what === 'question')).toHaveLength(12);
  expect([seen[0], seen.at(-1)]).toEqual(['page', 'page']);
  expect(seen.filter((what) => what === 'page')).toHaveLength(3);
  expect(pagesOf(played.dir).length).toBeGreaterThanOrEqual(2);
});
