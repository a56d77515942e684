import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { VirtualClock } from '../../src/base/clock.ts';
import { UsageError } from '../../src/base/errors.ts';
import { compareCommand } from '../../src/commands/compare.ts';
import { openJournal } from '../../src/record/journal.ts';
import type { TurnRecord } from '../../src/record/record.ts';
import { createRunFolder, nextJournal } from '../../src/record/run-folder.ts';
import type { Partition } from '../../src/scenario/population.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import { footer, header, SCENARIO, sampleRecords } from '../record/sample.ts';

let dir: string;
let printed: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'confab-compare-'));
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += text;
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(dir, { recursive: true });
  process.exitCode = undefined;
});

interface Made {
  readonly change?: Partial<ScenarioInput>;
  readonly partition?: Partition;
  readonly digest?: string;
  readonly of?: (record: TurnRecord) => TurnRecord;
}

function runFolder({ change = {}, partition, digest, of = (record) => record }: Made = {}): string {
  const folder = createRunFolder(dir, 'sample', 0);
  const population = { ...SCENARIO.population!, ...(partition && { partition }) };
  const head = header(digest === undefined ? {} : { workloadDigest: digest }, {
    ...SCENARIO,
    population,
    ...change,
  });
  const journal = openJournal(nextJournal(folder).path, head, new VirtualClock());
  for (const record of sampleRecords({ users: 60 })) {
    const { of: shares = 1, index = 0 } = partition ?? {};
    if (record.userId % shares === index) journal.write(of(record));
  }
  journal.close(footer());
  return folder;
}

/** First tokens come later, and with them all that follows. */
const later =
  (ms: number) =>
  (record: TurnRecord): TurnRecord => {
    if (record.status !== 'ok') return record;
    const { firstTokenMs, firstOutputMs, lastTokenMs, endMs } = record;
    return {
      ...record,
      firstTokenMs: firstTokenMs! + ms,
      firstOutputMs: firstOutputMs! + ms,
      lastTokenMs: lastTokenMs! + ms,
      endMs: endMs! + ms,
    };
  };

const compare = (...args: string[]) => compareCommand().parseAsync(args, { from: 'user' });

test('a run beside itself is the same in every number, and no limit is broken', async () => {
  const folder = runFolder();
  await compare(folder, folder, '--fail-if', 'ttft.p95 > 0%, worse', '--strict');
  expect(printed).toMatch(/paired by user and turn, all \d+ requests being in both/);
  expect(printed).toMatch(/Exactly the same in A and B: TTFT, .*error rate/s);
  expect(printed).toMatch(/B: ttft\.p95 > 0%: kept/);
  expect(process.exitCode).toBeUndefined();
});

test('first tokens that come later are found, and fail in CI', async () => {
  const [a, b] = [runFolder(), runFolder({ of: later(20), change: { name: 'b' } })];
  await compare(a, b, '--fail-if', 'ttft.mean > 10ms', '--figure', join(dir, 'both.svg'));
  expect(printed).toMatch(/^B is worse than A by TTFT mean/);
  expect(printed).toMatch(/B: ttft\.mean > 10ms: FAILED: all of the 95 % interval is beyond it/);
  expect(process.exitCode).toBe(1);
  expect(readFileSync(join(dir, 'both.svg'), 'utf8')).toContain('TTFT ms');
});

test('what cannot be told passes, but for --strict', async () => {
  const [a, b] = [runFolder(), runFolder({ of: later(20), change: { name: 'b' } })];
  await compare(a, b, '--fail-if', 'ttft.p99 > 1%');
  expect(printed).toMatch(/ttft\.p99 > 1%: cannot tell: too few values/);
  expect(process.exitCode).toBeUndefined();
  await compare(a, b, '--fail-if', 'ttft.p99 > 1%', '--strict');
  expect(process.exitCode).toBe(1);
});

test('another workload is refused with the fields, and compared if forced', async () => {
  const [a, b] = [
    runFolder(),
    runFolder({ change: { conversation: { rounds: 6 } }, digest: 'other' }),
  ];
  await expect(compare(a, b)).rejects.toThrow(
    /A and B: the workloads differ: conversation\.systemPrompt\.tokens, conversation\.rounds/,
  );
  await expect(compare(a, b)).rejects.toBeInstanceOf(UsageError);
  expect(printed).toBe('');
  await compare(a, b, '--force');
  expect(printed).toMatch(/WARNING: A and B should not be compared, and were forced\./);
});

test('runs between vs are repeats of a side, paired seed by seed; partitions are one run', async () => {
  const made = (seed: number, of?: Made['of']) =>
    runFolder({ change: { seed }, digest: `seed ${seed}`, ...(of && { of }) });
  await compare(made(1), made(2), 'vs', made(2, later(20)), made(1, later(20)), '--json');
  const [compared] = JSON.parse(printed).compared;
  expect(compared).toMatchObject({ side: 'B', isPaired: true });
  expect(compared.numbers[0]).toMatchObject({ name: 'ttftMs.mean', finding: 'worse' });
  expect(compared.numbers[0].difference).toBeCloseTo(20, 6);
  printed = '';
  const shares = [0, 1].map((index) => runFolder({ partition: { index, of: 2 } }));
  await compare(...shares, 'vs', runFolder(), '--json');
  const partitioned = JSON.parse(printed);
  expect(partitioned.baseline.runs).toHaveLength(1);
  expect(
    partitioned.compared[0].numbers.every((one: { finding: string }) => one.finding !== 'worse'),
  ).toBe(true);
});

test.each([
  [['one'], /found 1 side; expected 2 to 26: confab compare A B/],
  [['one', 'vs'], /found 2 sides, one of them without a run/],
  [['nowhere', 'nowhere'], /nowhere: there is no such file or folder; expected a run folder/],
  [['one', 'two', '--fail-if', 'slower'], /--fail-if: found 'slower'; expected a number/],
  [['one', 'two', '--margin', 'none'], /--margin: found 'none'; expected percent above 0/],
  [['one', 'two', '--figure', 'both.gif'], /both\.gif: found a name that ends in \.gif/],
])('%j is refused', async (args, message) => {
  await expect(compare(...args)).rejects.toThrow(message);
});
