import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { VirtualClock } from '../../src/base/clock.ts';
import { watchMetrics } from '../../src/play/engine-pages.ts';
import type { Scrape } from '../../src/play/target.ts';
import { readEnginePages } from '../../src/record/engine-pages.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'confab-watch-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const own = (scrape: Scrape) => new Map([[undefined, scrape]]);

test('the pages of a run and of its resume are found again, each by its part', async () => {
  let count = 0;
  const scrape = async () => `x ${++count}\n`;
  for (const part of [0, 1]) {
    const watch = await watchMetrics(
      dir,
      new VirtualClock(),
      own(scrape),
      undefined,
      part,
      () => {},
    );
    expect(await watch.stop()).toBe(join(dir, 'metrics.ndjson'));
  }
  const texts = [...readEnginePages(dir)].map(([part, { first, last }]) => [
    part,
    first.text,
    last?.text,
  ]);
  expect(texts).toEqual([
    [0, 'x 1\n', 'x 2\n'],
    [1, 'x 3\n', 'x 4\n'],
  ]);
});

test('the report waits a second for the last page, says that it did not come, and takes no older one for it', async () => {
  const clock = new VirtualClock();
  const asked: (number | undefined)[] = [];
  const warnings: string[] = [];
  let answerLate = (_text: string): void => {};
  const scrape = (secMax?: number): Promise<string | undefined> => {
    asked.push(secMax);
    if (asked.length === 2) return new Promise((resolve) => (answerLate = resolve));
    return Promise.resolve(asked.length === 1 ? 'x 1\n' : undefined);
  };
  const watch = await watchMetrics(dir, clock, own(scrape), 10, 0, (line) => warnings.push(line));
  clock.run(10_000);
  const stopped = watch.stop();
  answerLate('x 2\n');
  await stopped;
  expect(asked).toEqual([undefined, undefined, 1]);
  expect(warnings).toEqual([
    expect.stringMatching(
      /^warning: the engine gave no page of metrics within 1 s after the run: /,
    ),
  ]);
  expect(readEnginePages(dir).get(0)).toMatchObject({ first: { text: 'x 1\n' }, last: undefined });
});

test('an engine without metrics leaves no file, and no pages', async () => {
  const watch = await watchMetrics(
    dir,
    new VirtualClock(),
    own(async () => undefined),
    undefined,
    0,
    () => {},
  );
  expect(await watch.stop()).toBeUndefined();
  expect(readEnginePages(dir).size).toBe(0);
});

test('other pages are kept beside the own one, each when it comes, and one that is not there is said', async () => {
  const clock = new VirtualClock();
  const warnings: string[] = [];
  const counts = { own: 0, other: 0 };
  const scrapes = new Map<string | undefined, Scrape>([
    [undefined, async () => `own ${++counts.own}`],
    ['http://h:9090/metrics', async () => `other ${++counts.other}`],
    ['http://gone/metrics', async () => undefined],
  ]);
  const watch = await watchMetrics(dir, clock, scrapes, 10, 1, (line) => warnings.push(line));
  clock.run(10_000);
  await Promise.resolve();
  await watch.stop();
  const pages = [...readEnginePages(dir).get(1)!.all!()];
  const of = (source?: string) =>
    pages.filter((page) => page.source === source).map(({ text }) => text);
  expect(of()).toEqual(['own 1', 'own 2', 'own 3']);
  expect(of('http://h:9090/metrics')).toEqual(['other 1', 'other 2', 'other 3']);
  expect(warnings).toEqual(['warning: http://gone/metrics gives no page of metrics']);
});

test('a server with none of its own may have others', async () => {
  const scrapes = new Map<string | undefined, Scrape>([
    [undefined, async () => undefined],
    ['http://h:9090/metrics', async () => 'x 1'],
  ]);
  const watch = await watchMetrics(dir, new VirtualClock(), scrapes, undefined, 0, () => {});
  expect(await watch.stop()).toBe(join(dir, 'metrics.ndjson'));
  expect([...readEnginePages(dir).get(0)!.all!()]).toHaveLength(2);
});
