import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { VirtualClock } from '../../src/base/clock.ts';
import { UsageError } from '../../src/base/errors.ts';
import { openJournal } from '../../src/record/journal.ts';
import { type TurnRecord, UNSENT } from '../../src/record/record.ts';
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

const cut = (userId: number, turn: number, status: 'unsent' | 'cancelled' = 'unsent') =>
  turnRecord({ userId, turn, turns: 3, status, reason: UNSENT.stopped });
const played = (userId: number, turn: number) => turnRecord({ userId, turn, turns: 3 });

/** Journals of these records, part by part, as they are read: user, turn and status of each. */
function readAsParts(...parts: TurnRecord[][]): string[][] {
  for (const [part, records] of parts.entries()) {
    const journal = openJournal(nextJournal(dir).path, header({ part }), new VirtualClock());
    for (const record of records) journal.write(record);
    journal.close(footer());
  }
  return readRun(dir).parts.map(({ records }) =>
    records.map(({ userId, turn, status }) => `${userId}/${turn} ${status}`),
  );
}

test('a turn that was cut off and then played is no longer unsent; what was measured stays', () => {
  expect(
    readAsParts(
      [played(1, 0), cut(1, 1, 'cancelled'), cut(1, 2)],
      [played(1, 0), played(1, 1), played(1, 2)],
    ),
  ).toEqual([['1/0 ok'], ['1/0 ok', '1/1 ok', '1/2 ok']]);
});

test('a resume that was killed leaves what it did not come to as unsent as it was', () => {
  expect(readAsParts([played(1, 0), cut(1, 1), cut(1, 2)], [played(1, 0)])).toEqual([
    ['1/0 ok', '1/1 unsent', '1/2 unsent'],
    ['1/0 ok'],
  ]);
});

test('what was played once is not unsent because a resume was stopped before it', () => {
  expect(
    readAsParts([played(1, 0), played(1, 1), cut(1, 2)], [played(1, 0), cut(1, 1), cut(1, 2)]),
  ).toEqual([
    ['1/0 ok', '1/1 ok'],
    ['1/0 ok', '1/2 unsent'],
  ]);
});

test('a turn that is twice in one journal is named: no process writes it twice', () => {
  readAsParts([played(3, 0), played(3, 1), played(3, 0), played(3, 1), played(4, 0)]);
  expect(readRun(dir).warnings).toEqual([
    `${join(dir, 'journal.ndjson')}: turn 0 of user 3 is in it more than once, and so are 1 more records: do not trust these numbers`,
  ]);
});
