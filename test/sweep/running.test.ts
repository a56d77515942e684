import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EngineUnreachable, Interrupted } from '../../src/base/errors.ts';
import { beginLedger, readLedger } from '../../src/sweep/ledger.ts';
import type { Job, JobResult } from '../../src/sweep/play-point.ts';
import { type Runs, runAll } from '../../src/sweep/running.ts';
import { freshFolder } from '../support/folders.ts';

const HEADER = { format: 'confab-sweep', version: 1, confab: '0', asked: { axes: [] } } as const;
const jobs = ['a', 'b', 'c', 'd'].map(
  (key): Job => ({ key, text: key, scenario: undefined as never, words: {} }),
);

function resultAt(dir: string, key: string, more: Partial<JobResult> = {}): JobResult {
  const counts = { completed: 1, failed: 0, exceeded: [], estimates: [], readings: {} };
  return { dir: join(dir, key), outcome: 'ok', nextUserId: 5, ...counts, ...more };
}

/** Plays the jobs in so many lanes; each is over after its time, in an order of their own. */
async function played(
  dir: string,
  count: number,
  play: (key: string) => Partial<JobResult> = () => ({}),
  ledger = beginLedger(dir, HEADER),
) {
  const told: string[] = [];
  const asked: string[] = [];
  const waiting: (() => void)[] = [];
  const lanes = {
    count,
    async play({ key }: Job) {
      asked.push(key);
      // The last that began is over first.
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        setImmediate(() => waiting.pop()?.());
      });
      return resultAt(dir, key, play(key));
    },
    async close() {},
  };
  const around = { lanes, ledger, say: () => {}, isInterrupted: () => false };
  const runs = await runAll(jobs, { ...around, told: ({ key }) => told.push(key) });
  return { runs, told, asked };
}

test('results and what is told are in the order of the jobs, however many lanes there are', async () => {
  const all: Runs[] = [];
  for (const count of [1, 2, 3, 8]) {
    const dir = freshFolder();
    const { runs, told } = await played(dir, count);
    expect(told).toEqual(['a', 'b', 'c', 'd']);
    all.push({
      ...runs,
      results: runs.results.map((one) => ({ ...one, dir: one.dir.slice(dir.length) })),
    });
  }
  for (const runs of all) expect(runs).toEqual(all[0]);
});

test('what was played before is not played again, also after a kill within a line', async () => {
  const dir = freshFolder();
  const gone = (key: string): Partial<JobResult> => {
    if (key === 'c') throw new Interrupted();
    return {};
  };
  expect(await played(dir, 1, gone)).toMatchObject({
    runs: { outcome: 'interrupted', results: { length: 2 } },
    told: ['a', 'b'],
  });
  const path = join(dir, 'sweep.ndjson');
  writeFileSync(path, `${readFileSync(path, 'utf8')}{"key":"c","dir":`);
  const { ledger, header } = readLedger(dir);
  expect(header).toEqual(HEADER);
  const { asked, runs } = await played(dir, 1, undefined, ledger);
  expect(asked).toEqual(['c', 'd']);
  expect(runs.results.map(({ dir: at }) => at)).toEqual(
    ['a', 'b', 'c', 'd'].map((key) => join(dir, key)),
  );
  expect(readLedger(dir).ledger.find('d')).toEqual(resultAt(dir, 'd'));
  expect(ledger.nextUserId()).toBe(5);
});

test.each<[string, (key: string) => Partial<JobResult>, Runs['outcome']]>([
  ['nobody answers', (key) => unreachableAt(key), 'unreachable'],
  [
    'a run was interrupted',
    (key) => (key === 'b' ? { outcome: 'interrupted' } : {}),
    'interrupted',
  ],
])('where %s it ends, and says what there was', async (_, play, outcome) => {
  const { runs } = await played(freshFolder(), 1, play);
  expect(runs.outcome).toBe(outcome);
  expect(runs.results).toHaveLength(1);
});

test('a run in which a limit was not kept says something of its load', async () => {
  const { runs } = await played(freshFolder(), 2, () => ({ outcome: 'failed' }));
  expect([runs.outcome, runs.results.length]).toEqual(['ok', 4]);
});

test('a folder without a sweep is none', () => {
  const dir = freshFolder();
  expect(() => readLedger(dir)).toThrow(/found no sweep.ndjson in it/);
  writeFileSync(join(dir, 'sweep.ndjson'), '{}\n');
  expect(() => readLedger(dir)).toThrow(/line 1: expected the header of a sweep/);
});

function unreachableAt(key: string): Partial<JobResult> {
  if (key === 'b') throw new EngineUnreachable('nobody');
  return {};
}
