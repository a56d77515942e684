import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { VirtualClock } from '../../src/base/clock.ts';
import { UsageError } from '../../src/base/errors.ts';
import { openJournal } from '../../src/record/journal.ts';
import { createRunFolder, nextJournal, readRun } from '../../src/record/run-folder.ts';
import { footer, header, turnRecord } from './sample.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'confab-folder-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

test('a run folder is named after the run and its start; a second one of that second gets a number', () => {
  const epochMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
  const parent = join(dir, 'runs', 'deep');
  expect(createRunFolder(parent, 'demo', epochMs)).toBe(join(parent, 'demo-20260102-030405'));
  expect(createRunFolder(parent, 'demo', epochMs)).toBe(join(parent, 'demo-20260102-030405-2'));
  expect(createRunFolder(parent, 'demo', epochMs)).toBe(join(parent, 'demo-20260102-030405-3'));
});

test("a folder that cannot be made is the user's error", () => {
  writeFileSync(join(dir, 'file'), '');
  expect(() => createRunFolder(join(dir, 'file'), 'demo', 0)).toThrow(UsageError);
});

test('the next journal of a folder counts up from those that are there', () => {
  expect(nextJournal(dir)).toEqual({ path: join(dir, 'journal.ndjson'), part: 0 });
  writeFileSync(join(dir, 'journal.ndjson'), '');
  expect(nextJournal(dir)).toEqual({ path: join(dir, 'journal-2.ndjson'), part: 1 });
  writeFileSync(join(dir, 'journal-2.ndjson'), '');
  writeFileSync(join(dir, 'journal-10.ndjson'), '');
  expect(nextJournal(dir)).toEqual({ path: join(dir, 'journal-11.ndjson'), part: 10 });
});

test('all parts are read, in the order of their numbers', () => {
  for (let part = 0; part < 11; part++) {
    const journal = openJournal(nextJournal(dir).path, header({ part }), new VirtualClock());
    journal.write(turnRecord({ userId: part }));
    journal.close(footer());
  }
  writeFileSync(join(dir, 'summary.json'), '{}');
  const { parts, warnings } = readRun(dir);
  expect(parts.map((part) => part.header.part)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(parts.map((part) => part.records[0]!.userId)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(warnings).toEqual([]);
});

test('a folder without a journal, or none at all, is named', () => {
  mkdirSync(join(dir, 'empty'));
  expect(() => readRun(join(dir, 'empty'))).toThrow(/empty: found no journal.ndjson in it/);
  expect(() => readRun(join(dir, 'none'))).toThrow(/cannot read run folder .*none: ENOENT/);
});
