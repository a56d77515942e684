import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { VirtualClock } from '../../src/base/clock.ts';
import { watchMetrics } from '../../src/play/engine-pages.ts';
import { readEnginePages } from '../../src/record/engine-pages.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'confab-watch-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

test('the pages of a run and of its resume are found again, each by its part', async () => {
  let count = 0;
  const scrape = async () => `x ${++count}\n`;
  for (const part of [0, 1]) {
    const watch = await watchMetrics(dir, new VirtualClock(), scrape, undefined, part, () => {});
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

test('an engine without metrics leaves no file, and no pages', async () => {
  const watch = await watchMetrics(
    dir,
    new VirtualClock(),
    async () => undefined,
    undefined,
    0,
    () => {},
  );
  expect(await watch.stop()).toBeUndefined();
  expect(readEnginePages(dir).size).toBe(0);
});
