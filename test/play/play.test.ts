import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/base/clock.ts';
import { UsageError } from '../../src/base/errors.ts';
import { exitCodeOf } from '../../src/commands/terminal/present.ts';
import type { Observer } from '../../src/play/observer.ts';
import { play } from '../../src/play/play.ts';
import type { Player } from '../../src/population/player.ts';
import type { TurnRecord } from '../../src/record/record.ts';
import { reportText } from '../../src/report/text.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import type { World } from '../../src/user/world.ts';
import { csvOf } from '../support/confab.ts';
import {
  parentFolder,
  playInProcess,
  playingSilently,
  scenarioHere,
} from '../support/play-in-process.ts';

playingSilently();

/** Twelve requests of 70 ms, two at a time. */
const LOAD: ScenarioInput = {
  name: 'load',
  conversation: { rounds: 3 },
  pacing: { pauseSec: 0 },
  population: { users: 4, arrivals: { process: 'closed', concurrency: 2 } },
};

test('a run that ends in order: its folder, its records and what they sum up to', async () => {
  const played = await playInProcess(LOAD);
  expect(played).toMatchObject({
    ...{ problems: [], exceeded: [], texts: {}, stoppedBy: 'users' },
    ...{ defect: undefined, outcome: 'ok' },
  });
  expect(played.summary.counts).toMatchObject({ planned: 12, completed: 12 });
  expect(played.run.parts[0]!.records).toHaveLength(12);
  expect(played.dir).toMatch(/\/load-\d{8}-\d{6}$/);
  const files = ['journal.ndjson', 'summary.json'].map((name) => join(played.dir, name));
  expect(played.files).toEqual(files);
  expect(readdirSync(played.dir).sort()).toEqual(['journal.ndjson', 'summary.json']);
  expect(reportText(played.summary, { files })).toMatch(/completed +12/);
});

test('against the engine in this process, from a scenario alone', async () => {
  const scenario = scenarioHere({
    ...LOAD,
    conversation: { rounds: 2, text: 'hi', answer: { tokens: 5 } },
  });
  const played = await play({ scenario, clock: new VirtualClock() });
  expect(played.summary.counts).toMatchObject({ planned: 8, completed: 8 });
  expect(played.files).toContain(join(played.dir, 'metrics.ndjson'));
});

test('what an observer is told, and when', async () => {
  const told: string[] = [];
  const observer: Observer = {
    started: () => told.push('started'),
    recorded: ({ userId, turn }) => told.push(`${userId}/${turn}`),
    interval: ({ completed }) => told.push(`${completed} in an interval`),
    notice: (line) => told.push(line),
    ended: () => told.push('ended'),
  };
  // Every answer takes 70 ms: the intervals end at 100 and at 200.
  const output = { logIntervalSec: 0.1 };
  await playInProcess({ ...LOAD, population: { users: 1 }, output }, { observer });
  expect(told).toEqual([
    ...['started', '1/0', '1 in an interval', '1/1', '1 in an interval', '1/2', 'ended'],
  ]);
});

test('a user who cannot keep its pace is told of', async () => {
  const lags: number[] = [];
  await playInProcess(
    { ...LOAD, population: { users: 1 }, pacing: { mode: 'interval', pauseSec: 0.05 } },
    { observer: { lagging: (userId, lagMs) => lags.push(userId, Math.round(lagMs)) } },
  );
  expect(lags).toEqual([1, 20, 1, 40]);
});

test('an interrupt drains: what is in flight ends, the rest is recorded as unsent', async () => {
  const played = await playInProcess(LOAD, {
    meanwhile: (clock, run) => clock.setTimeout(() => run.interrupt(), 100),
  });
  expect(played).toMatchObject({ stoppedBy: 'interrupt', outcome: 'interrupted' });
  expect(played.summary.counts).toMatchObject({ planned: 6, completed: 4, unsent: 2 });
});

test('an abort cancels: nothing that was planned is without a record', async () => {
  const played = await playInProcess(
    { ...LOAD, thresholds: { ttftMs: { p50: 1 } } },
    { meanwhile: (clock, run) => clock.setTimeout(() => run.abort(), 100) },
  );
  expect(played.summary.counts).toMatchObject({
    ...{ planned: 6, completed: 2, cancelled: 2, unsent: 2 },
  });
  expect(played.exceeded).toHaveLength(1);
  expect(played).toMatchObject({ stoppedBy: 'interrupt', outcome: 'interrupted' });
});

test('thresholds that are not kept', async () => {
  const thresholds = { maxErrorRate: 0.1, ttftMs: { mean: 40 }, latencyMs: { max: 1000 } };
  const played = await playInProcess(
    { ...LOAD, thresholds, failure: { policy: 'skip' } },
    { script: (_, index) => (index < 3 ? { fail: { status: 'http', message: 'no' } } : {}) },
  );
  expect(played.exceeded).toEqual([
    'maxErrorRate: found 0.25; accepted up to 0.1',
    expect.stringMatching(/^ttftMs\.mean: found 50\.?\d*; accepted up to 40$/),
  ]);
  expect(played).toMatchObject({ problems: [], outcome: 'failed' });
});

test('nothing could be connected to: the engine is not there', async () => {
  const script = () => ({ fail: { status: 'connect' as const, message: 'refused' } });
  const played = await playInProcess(LOAD, { script });
  expect(played).toMatchObject({ stoppedBy: 'users', outcome: 'unreachable' });
  expect(played.summary.counts).toMatchObject({ failed: 4, unsent: 8 });
});

test('results that cannot be made are no fault of the arguments, and what was measured is said to be kept', async () => {
  const notices: string[] = [];
  const running = playInProcess(LOAD, {
    observer: { notice: (line) => notices.push(line) },
    meanwhile: (clock) =>
      clock.setTimeout(() => {
        const [dir] = readdirSync(parentFolder());
        writeFileSync(join(parentFolder(), dir!, 'journal-2.ndjson'), 'no journal\n');
      }, 100),
  });
  await expect(running).rejects.toMatchObject({
    exitCode: 1,
    message: expect.stringMatching(/^no report could be made: .*journal-2\.ndjson: /),
  });
  const [dir] = readdirSync(parentFolder());
  expect(notices).toEqual([
    `what was measured is kept: confab report ${join(parentFolder(), dir!)}`,
  ]);
});

test('what a companion adds: its columns, its files, its texts, and every answer', async () => {
  const said: string[] = [];
  const file = join(parentFolder(), 'all.csv');
  const played = await playInProcess(
    { ...LOAD, output: { exports: [{ format: 'csv', file }, { format: 'csv' }] } },
    {
      companion: {
        csvColumns: [['double', ({ record }) => String(2 * record.turn)]],
        record: (_, says) => said.push(says!().answer),
        finish: (run, dir) => ({
          before: 'first',
          after: `${run.parts[0]!.records.length} records`,
          files: [`${dir}/own`],
        }),
      },
    },
  );
  expect(said).toEqual(Array(12).fill(' t1 t2 t3'));
  const own = join(played.dir, 'requests.csv');
  expect(played.files.slice(2)).toEqual([file, own, `${played.dir}/own`]);
  expect(played.texts).toEqual({ before: 'first', after: '12 records' });
  const doubled = csvOf(file).map(({ turn, double }) => Number(double) === 2 * Number(turn));
  expect(doubled).toEqual(Array(12).fill(true));
  expect(readFileSync(own, 'utf8')).toBe(readFileSync(file, 'utf8'));
});

test('results that cannot be written are problems, and the others are there', async () => {
  const played = await playInProcess(
    { ...LOAD, output: { exports: [{ format: 'csv' }] } },
    {
      companion: {
        csvColumns: [
          [
            'broken',
            () => {
              throw new Error('no such column');
            },
          ],
        ],
        finish: () => Promise.reject(new Error('no room')),
      },
    },
  );
  expect(played.problems).toEqual([
    expect.stringMatching(/^cannot write .*requests\.csv: no such column$/),
    'no room',
  ]);
  expect(played).toMatchObject({ outcome: 'failed', stoppedBy: 'users' });
  expect(played.files.map((path) => existsSync(path))).toEqual([true, true]);
});

test('an export that could not be written is refused before anything is opened', async () => {
  const input = {
    ...LOAD,
    output: { exports: [{ format: 'csv' }, { format: 'json', file: 'no/such/x' }] },
  } satisfies ScenarioInput;
  const open = (): never => {
    throw new Error('opened');
  };
  const playing = playInProcess(input, { open });
  await expect(playing).rejects.toThrow(UsageError);
  await expect(playing).rejects.toThrow(/^output\.exports\.1\.file: found no\/such\/x; expected/);
  expect(readdirSync(parentFolder())).toEqual([]);
});

/** Users of two requests each, of whom every other one has one record, as it were by a bug of ours. */
function forgetfulPlayer(world: World): Player {
  const record = (userId: number, turn: number): void =>
    world.record({
      ...{ userId, turn, turns: 2, phase: 'measure', status: 'unsent', attempts: 0 },
      ...{ reconnects: 0, chunks: 0 },
    });
  return {
    create({ userId }) {
      world.ledger.plan(userId, 2);
      record(userId, 0);
      if (userId % 2 === 0) record(userId, 1);
      return undefined;
    },
    recordUnsent() {},
  };
}

test('a planned request without a record is our bug: told when all that there is is written', async () => {
  const played = await playInProcess(LOAD, { player: forgetfulPlayer });
  expect(played.defect).toBe(
    'measure: user 1: 1 planned requests have no record, and 1 more like it',
  );
  expect(played).toMatchObject({ outcome: 'defect', stoppedBy: 'users', problems: [] });
  expect(exitCodeOf(played)).toBe(70);
  expect(played.summary.counts.planned).toBe(6);
  expect(
    readFileSync(join(played.dir, 'journal.ndjson'), 'utf8').trimEnd().split('\n'),
  ).toHaveLength(8);
  expect(played.files.map((path) => existsSync(path))).toEqual([true, true]);
});

test('and so is a record that was made and is not in the journal', async () => {
  const played = await playInProcess(LOAD, {
    companion: {
      finish(run) {
        (run.parts[0]!.records as TurnRecord[]).pop();
        return {};
      },
    },
  });
  expect(played).toMatchObject({
    defect: '12 requests were planned and recorded, and 11 are in the journal',
    outcome: 'defect',
  });
});

test('simulated time has to have an end', async () => {
  const endless: ScenarioInput = {
    population: { arrivals: { process: 'poisson', usersPerSec: 1 } },
  };
  await expect(playInProcess(endless)).rejects.toThrow(/no end/);
});

test('a run that comes to a standstill is our bug, and is not waited for', async () => {
  const timeouts = { firstTokenSec: null };
  const playing = playInProcess({ ...LOAD, timeouts }, { script: () => ({ silent: true }) });
  await expect(playing).rejects.toThrow('the run has not ended');
});
