import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { VirtualClock } from '../../src/base/clock.ts';
import { PAGES_FILE, pageLine, readEnginePages } from '../../src/record/engine-pages.ts';
import { openJournal } from '../../src/record/journal.ts';
import { nextJournal, readRun } from '../../src/record/run-folder.ts';
import { footer, header } from './sample.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'confab-pages-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const append = (...lines: string[]) => appendFileSync(join(dir, PAGES_FILE), lines.join(''));
const page = (atMs: number) => ({ atMs, text: `x{le="+Inf"} ${atMs}\n` });

test('a line of the run itself has no part: it is as it always was', () => {
  expect(pageLine({ atMs: 1.5, text: 'x 1\n' }, 0)).toBe('{"atMs":1.5,"text":"x 1\\n"}\n');
});

test('each part has its first page and its last', () => {
  append(...[0, 10.25, 20].map((atMs) => pageLine(page(atMs), 0)));
  append(...[0, 7].map((atMs) => pageLine(page(atMs), 2)));
  const read = readEnginePages(dir);
  expect([...read.keys()]).toEqual([0, 2]);
  expect(read.get(0)).toMatchObject({ first: page(0), last: page(20) });
  expect(read.get(2)).toMatchObject({ first: page(0), last: page(7) });
});

test('all pages of a part come in their order, with where they are from', () => {
  const lmcache = (atMs: number) => ({ ...page(atMs), source: 'http://h:9090/metrics' });
  append(pageLine(lmcache(0), 1), pageLine(page(1), 1), pageLine(page(2), 0));
  append(pageLine(page(10), 1), pageLine(lmcache(11), 1));
  const { first, last, all } = readEnginePages(dir).get(1)!;
  // The target's own, if it has one.
  expect([first, last]).toEqual([page(1), page(10)]);
  expect([...all!()]).toEqual([lmcache(0), page(1), page(10), lmcache(11)]);
  expect([...readEnginePages(dir).get(0)!.all!()]).toEqual([page(2)]);
});

test('a part that has pages of another server alone has those', () => {
  const other = (atMs: number) => ({ ...page(atMs), source: 'http://h:9090/metrics' });
  append(pageLine(other(0), 0), pageLine(other(5), 0));
  expect(readEnginePages(dir).get(0)).toMatchObject({ first: other(0), last: other(5) });
});

test('there are none without the file, no last of a single page, nor one that was cut off', () => {
  expect(readEnginePages(dir).size).toBe(0);
  append(pageLine(page(0), 0));
  expect(readEnginePages(dir).get(0)).toMatchObject({ first: page(0), last: undefined });
  append(pageLine(page(10), 0), pageLine(page(20), 0).slice(0, -8));
  expect(readEnginePages(dir).get(0)!.last).toEqual(page(10));
});

test('a run is read with the pages of its parts', () => {
  for (const part of [0, 1]) {
    openJournal(nextJournal(dir).path, header({ part }), new VirtualClock()).close(footer());
  }
  append(pageLine(page(0), 1), pageLine(page(9), 1));
  expect(readRun(dir).parts.map(({ enginePages }) => enginePages?.last?.atMs)).toEqual([
    undefined,
    9,
  ]);
});
