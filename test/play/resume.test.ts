import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { continuationOf } from '../../src/play/resume.ts';
import { readRun } from '../../src/record/run-folder.ts';
import { summarise } from '../../src/report/run-summary.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import { csvOf } from '../support/confab.ts';
import { parentFolder, playInProcess, playingSilently } from '../support/play-in-process.ts';

playingSilently();

const LOAD: ScenarioInput = {
  conversation: { rounds: 3 },
  pacing: { pauseSec: 0 },
  population: { users: 6, arrivals: { process: 'closed', concurrency: 2 } },
};

/** Interrupted when two conversations are finished and two under way. */
const interrupted = () =>
  playInProcess(LOAD, {
    meanwhile: (clock, run) => clock.setTimeout(() => run.interrupt(), 300),
  });

test('what is left of an interrupted run is played, and its results are of all parts', async () => {
  const { dir } = await interrupted();
  const { scenario, before, isComplete, warnings } = continuationOf(dir, []);
  expect([...before.played].sort()).toEqual([1, 2]);
  expect([before.requests, isComplete, warnings]).toEqual([10, false, []]);
  const played = await playInProcess(LOAD, {
    scenario,
    resumed: { dir, before, isolate: 'none' },
  });
  expect(played).toMatchObject({ dir, outcome: 'ok', stoppedBy: 'users', defect: undefined });
  expect(played.run.parts).toHaveLength(2);
  expect(played.files.slice(0, 2)).toEqual(
    ['journal.ndjson', 'journal-2.ndjson'].map((name) => join(dir, name)),
  );
  expect(continuationOf(dir, []).isComplete).toBe(true);
  expect(continuationOf(dir, ['population.users=7']).isComplete).toBe(false);
});

/** The journal of this folder, as a version wrote it that had `output.csv`. */
function aged(dir: string, csv: string): void {
  const path = join(dir, 'journal.ndjson');
  const [head, ...rest] = readFileSync(path, 'utf8').split('\n');
  const { scenario, ...header } = JSON.parse(head!);
  const { exports: _, ...output } = scenario.output;
  const old = { ...header, scenario: { ...scenario, output: { ...output, csv } } };
  writeFileSync(path, [JSON.stringify(old), ...rest].join('\n'));
}

test('the journal of an older version, with output.csv, is reported on and goes on', async () => {
  const { dir, summary } = await interrupted();
  const csv = join(parentFolder(), 'all.csv');
  aged(dir, csv);
  expect(summarise(readRun(dir)).run).toEqual(summary.run);

  const { scenario, before } = continuationOf(dir, []);
  expect(scenario.output.exports).toEqual([{ format: 'csv', file: csv }]);
  const resumed = { dir, before, isolate: 'none' as const };
  const played = await playInProcess({}, { scenario, resumed });
  expect(played.files).toContain(csv);
  expect(csvOf(csv).length).toBe(played.summary.counts.completed);
});

describe('a bound of the whole run holds for its parts together', () => {
  const many = { ...LOAD, population: { ...LOAD.population, users: 200 } };

  /** Interrupted after 0.3 s, and gone on with to its end. */
  async function twoParts(stop: NonNullable<ScenarioInput['stop']>) {
    const { dir } = await playInProcess(
      { ...many, stop },
      { meanwhile: (clock, run) => clock.setTimeout(() => run.interrupt(), 300) },
    );
    const { scenario, before, isComplete } = continuationOf(dir, []);
    expect(isComplete).toBe(false);
    const resumed = { dir, before, isolate: 'none' as const };
    const { run, summary } = await playInProcess({}, { scenario, resumed });
    expect(continuationOf(dir, []).isComplete).toBe(true);
    const requests = run.parts.map(
      ({ records }) => records.filter(({ attempts }) => attempts > 0).length,
    );
    const offeredMs = run.parts.map(({ footer }) => footer!.drainStartMs - footer!.measureStartMs);
    return { requests, offeredMs, stoppedBy: summary.time.parts.at(-1)!.stoppedBy };
  }

  test('stop.afterRequests', async () => {
    const { requests, stoppedBy } = await twoParts({ afterRequests: 25 });
    expect(requests).toEqual([10, 15]);
    expect(stoppedBy).toBe('requests');
  });

  test('stop.afterSec', async () => {
    const { offeredMs, stoppedBy } = await twoParts({ afterSec: 1 });
    expect(offeredMs).toEqual([300, 700]);
    expect(stoppedBy).toBe('duration');
  });
});
