import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { VirtualClock } from '../../src/base/clock.ts';
import { UsageError } from '../../src/base/errors.ts';
import { openJournal, rounded } from '../../src/record/journal.ts';
import { readJournal } from '../../src/record/journal-reader.ts';
import { footer, header, sampleRecords, turnRecord } from './sample.ts';

vi.mock('node:fs', async (original) => {
  const actual = await original<typeof import('node:fs')>();
  return { ...actual, writeSync: vi.fn(actual.writeSync) };
});

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'confab-journal-'));
  path = join(dir, 'journal.ndjson');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const lines = () => readFileSync(path, 'utf8').split('\n').slice(0, -1);

test('what is written is read back: header, records, footer', () => {
  const records = sampleRecords({ users: 5 });
  const journal = openJournal(path, header(), new VirtualClock());
  for (const record of records) journal.write(record);
  journal.close(footer());
  const { part, warnings } = readJournal(path);
  expect(part.header).toEqual(header());
  expect(part.records).toEqual(records.map(rounded));
  expect(part.footer).toEqual(footer());
  expect(warnings).toEqual([]);
});

test('the header is on disk at once, a record within a second', () => {
  const clock = new VirtualClock();
  const journal = openJournal(path, header(), clock);
  expect(lines()).toHaveLength(1);
  journal.write(turnRecord());
  clock.run(999);
  expect(lines()).toHaveLength(1);
  clock.run(1000);
  expect(lines()).toHaveLength(2);
  journal.close();
});

test('where time began later, the header says so, and nothing else changes', () => {
  const clock = new VirtualClock();
  const journal = openJournal(path, header({ originEpochMs: 1_700_000_000_000 }), clock);
  journal.write(turnRecord());
  journal.beginsAt(1_700_000_000_345);
  journal.write(turnRecord());
  journal.close(footer());
  const { part } = readJournal(path);
  expect(part.header).toEqual(header({ originEpochMs: 1_700_000_000_345 }));
  expect(part.records).toHaveLength(2);
});

test('a journal with nothing pending leaves no timer, so a virtual run ends', () => {
  const clock = new VirtualClock();
  const journal = openJournal(path, header(), clock);
  journal.write(turnRecord());
  clock.run();
  expect(clock.now()).toBe(1000);
  journal.write(turnRecord());
  journal.close(footer());
  clock.run();
  expect(clock.now()).toBe(1000);
  expect(lines()).toHaveLength(4);
});

test('much data is written before the second is over', () => {
  const journal = openJournal(path, header(), new VirtualClock());
  for (let i = 0; i < 2000; i++) journal.write(turnRecord());
  expect(lines().length).toBeGreaterThan(1000);
  journal.close();
});

test('closing twice writes one footer; writing after that is ignored', () => {
  const journal = openJournal(path, header(), new VirtualClock());
  journal.close(footer());
  journal.close(footer());
  journal.write(turnRecord());
  expect(lines()).toHaveLength(2);
});

test('chunk gaps are kept to 0.01 ms, other times to 0.001 ms, token counts as they are', () => {
  const times = { sentMs: 1.23456, connectMs: 0.1239, engineQueueMs: 7.00049 };
  const record = turnRecord({ ...times, chunkGapsMs: [9.876_54, 0.004] });
  expect(rounded(record)).toMatchObject({
    sentMs: 1.235,
    engineQueueMs: 7,
    connectMs: 0.124,
    chunkGapsMs: [9.88, 0],
    inputTokens: 1032,
  });
});

test('a full disk is one error, told once, and at closing; memory has all that it would hold', () => {
  const failures: Error[] = [];
  const clock = new VirtualClock();
  const journal = openJournal(path, header(), clock, (error) => failures.push(error));
  vi.mocked(writeSync).mockImplementationOnce(() => {
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  });
  journal.write(turnRecord());
  clock.run();
  journal.write(turnRecord());
  clock.run();
  expect(failures).toHaveLength(1);
  expect(() => journal.close(footer())).toThrow(
    `cannot write the journal ${path}: ENOSPC: no space left on device, write; what it would hold is in memory alone`,
  );
  expect(failures).toHaveLength(1);
  expect(readJournal(path).part.footer).toBeUndefined();
  expect(journal.rescued).toEqual({
    header: header(),
    records: [turnRecord(), turnRecord()],
    footer: footer(),
  });
});

test('what a full disk took only a part of is kept whole, behind what was written before', () => {
  const clock = new VirtualClock();
  const journal = openJournal(path, header(), clock);
  journal.write(turnRecord({ userId: 1 }));
  clock.run();
  const write = vi.mocked(writeSync).getMockImplementation()!;
  vi.mocked(writeSync)
    .mockImplementationOnce((descriptor, bytes) => write(descriptor, String(bytes).slice(0, 10)))
    .mockImplementationOnce(() => {
      throw new Error('ENOSPC');
    });
  journal.write(turnRecord({ userId: 2 }));
  expect(() => journal.close()).toThrow('ENOSPC');
  expect(journal.rescued!.records.map(({ userId }) => userId)).toEqual([1, 2]);
});

test.each([
  ['removed', () => rmSync(dir, { recursive: true })],
  ['moved away', () => renameSync(dir, `${dir}-2`)],
  [
    'replaced by another',
    () => {
      rmSync(path);
      writeFileSync(path, '');
    },
  ],
])('a journal that is %s is noticed within a second, and memory has it all', (_how, act) => {
  const failures: Error[] = [];
  // Nobody removes anything in simulated time.
  const clock = Object.assign(new VirtualClock(), { name: 'system' as unknown as 'virtual' });
  const journal = openJournal(path, header(), clock, (error) => failures.push(error));
  journal.write(turnRecord({ userId: 1 }));
  clock.run();
  act();
  journal.write(turnRecord({ userId: 2 }));
  clock.run(clock.now() + 1000);
  expect(failures.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^cannot write the journal .*: it, or its folder, was removed; /),
  ]);
  journal.write(turnRecord({ userId: 3 }));
  expect(() => journal.close(footer())).toThrow('was removed');
  expect(journal.rescued!.records.map(({ userId }) => userId)).toEqual([1, 2, 3]);
  rmSync(`${dir}-2`, { recursive: true, force: true });
});

test('a partial write is gone on with', () => {
  const journal = openJournal(path, header(), new VirtualClock());
  const write = vi.mocked(writeSync).getMockImplementation()!;
  vi.mocked(writeSync).mockImplementationOnce((descriptor, bytes) =>
    write(descriptor, String(bytes).slice(0, 10)),
  );
  journal.write(turnRecord());
  journal.close(footer());
  expect(readJournal(path).part).toMatchObject({ records: [turnRecord()], footer: footer() });
});

test('an existing journal is never written over', () => {
  openJournal(path, header(), new VirtualClock()).close();
  expect(() => openJournal(path, header(), new VirtualClock())).toThrow(UsageError);
});

test.each(['{"userId":1,"tu', '\0\0\0\0'])('a cut last line (%j) is left out, and said', (tail) => {
  const journal = openJournal(path, header(), new VirtualClock());
  journal.write(turnRecord());
  journal.close();
  appendFileSync(path, tail);
  const { part, warnings } = readJournal(path);
  expect(part.records).toEqual([turnRecord()]);
  expect(part.footer).toBeUndefined();
  expect(warnings).toEqual([expect.stringContaining(`${path}: line 3, the last, is cut off`)]);
});

test('a last line that lacks only its end is whole', () => {
  writeFileSync(path, `${JSON.stringify(header())}\n${JSON.stringify(turnRecord())}`);
  const { part, warnings } = readJournal(path);
  expect(part.records).toHaveLength(1);
  expect(warnings).toEqual([]);
});

const head = JSON.stringify(header());
const record = JSON.stringify(turnRecord());
test.each([
  ['', 'no whole header line'],
  ['{"format":"conf', 'no whole header line'],
  [`${head}\n{"userId":\n${record}\n`, 'line 2: not JSON, and not the last line'],
  [`${JSON.stringify({ ...header(), version: 2 })}\n`, 'line 1: version: found 2; expected 1'],
  [
    '{"a":1}\n',
    'line 1: format: missing; expected confab-journal; version: missing; expected 1; and 7 more',
  ],
  [
    `${head}\n{"userId":1,"turn":0,"status":"fine"}\n`,
    'line 2: turns: missing; expected a whole number >= 0; phase: missing; expected warmup or measure; and 4 more',
  ],
  [`${head}\n${JSON.stringify(footer())}\n${record}\n`, 'line 3: found a line after the footer'],
])('%j is refused: %s', (text, message) => {
  writeFileSync(path, text);
  expect(() => readJournal(path)).toThrow(UsageError);
  expect(() => readJournal(path)).toThrow(message);
});

test('lines longer than a read, and characters split over two reads, survive', () => {
  const records = Array.from({ length: 300 }, (_, index) =>
    turnRecord({ userId: index, reason: 'é€𝄞'.repeat(index * 40) }),
  );
  const journal = openJournal(path, header(), new VirtualClock());
  for (const one of records) journal.write(one);
  journal.close(footer());
  expect(readFileSync(path).length).toBeGreaterThan(8 << 20);
  expect(readJournal(path).part.records).toEqual(records);
});
