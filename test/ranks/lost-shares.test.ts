import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lostShares } from '../../src/ranks/lost-shares.ts';
import type { RunPart } from '../../src/record/journal-reader.ts';
import { turnKey } from '../../src/record/turn-key.ts';
import { mergeRuns, summarise } from '../../src/report/run-summary.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import { partOf, partsOf } from '../support/partitioned.ts';
import { smallWorkload } from '../support/small-workload.ts';
import { tries } from '../support/tries.ts';

const OPEN: readonly NonNullable<ScenarioInput['population']>['arrivals'][] = [
  { process: 'constant', usersPerSec: 3 },
  { process: 'poisson', usersPerSec: 3 },
  { process: 'allAtOnce' },
];
const CLOSED = { process: 'closed', concurrency: 5 } as const;

function keysOf(parts: readonly RunPart[]) {
  return parts.flatMap(({ records }) => records.map(turnKey)).sort();
}

/** What is left of a partition in its journal: nothing, all, or what had ended when its process was killed. */
type Fate = 'missing' | 'whole' | number;

function survived(part: RunPart, fate: Fate): RunPart[] {
  if (fate === 'missing') return [];
  if (fate === 'whole') return [part];
  const records = part.records.filter(({ endMs = Infinity }) => endMs < fate);
  return [{ ...part, records, footer: undefined }];
}

const fate = fc.oneof(
  fc.constantFrom<Fate>('missing', 'whole'),
  fc.integer({ min: 0, max: 9000 }).map((ms): Fate => ms),
);

describe('ranks that are missing or killed: every planned request of the whole has one record', () => {
  const rounds = fc.constantFrom(1, 3, { distribution: 'uniform' as const, min: 1, max: 4 });

  /** One rank at least has seen the end of the run. */
  const fates = fc.array(fate, { minLength: 1, maxLength: 5 });

  async function check(input: ScenarioInput, others: readonly Fate[]) {
    const all = partsOf(input, others.length + 1);
    // The one that lasted longest is whole: it knows how long the run went on.
    const last = all.reduce((a, b) => (b.footer!.drainStartMs >= a.footer!.drainStartMs ? b : a));
    const left = [...others];
    const parts = all.flatMap((part) => survived(part, part === last ? 'whole' : left.shift()!));
    const { shares, warnings } = await lostShares(parts, smallWorkload);
    expect(warnings).toEqual([]);
    const lost = shares.map(({ part }) => part);
    expect(keysOf([...parts, ...lost])).toEqual(keysOf([partOf(input)]));
    for (const { records } of lost) {
      expect(new Set(records.map(({ status }) => status))).toEqual(
        new Set(records.length ? ['unsent'] : []),
      );
    }
  }

  test('where all users are played', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...OPEN, CLOSED),
        rounds,
        fc.integer({ min: 1, max: 20 }),
        fates,
        (arrivals, count, users, others) =>
          check({ conversation: { rounds: count }, population: { users, arrivals } }, others),
      ),
      { numRuns: tries(60), seed: 15 },
    );
  });

  test('where the run is stopped after a time, and users come by themselves', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...OPEN.slice(0, 2)), rounds, fates, (arrivals, count, of) =>
        check(
          { conversation: { rounds: count }, population: { arrivals }, stop: { afterSec: 6.05 } },
          of,
        ),
      ),
      { numRuns: tries(40), seed: 16 },
    );
  });
});

describe('a run of three of which one is missing', () => {
  const input: ScenarioInput = {
    conversation: { rounds: 2 },
    population: { users: 9, arrivals: { process: 'constant', usersPerSec: 1 } },
  };
  const parts = partsOf(input, 3);

  test('is reported with what that one was to send as unsent', async () => {
    const { shares } = await lostShares(parts.slice(0, 2), smallWorkload);
    expect(shares.map(({ told }) => told)).toEqual([
      'partition 2/3 is missing: 6 requests that it was to send are counted as unsent',
    ]);
    const lost = shares.map(({ part, told }) => ({ parts: [part], warnings: [told] }));
    const runs = parts.slice(0, 2).map((part) => ({ parts: [part], warnings: [] }));
    const { counts, warnings } = summarise(mergeRuns([...runs, ...lost]));
    expect(counts).toMatchObject({ planned: 18, completed: 12, unsent: 6 });
    expect(warnings).toEqual(shares.map(({ told }) => told));
  });

  test('is not made whole with what is no longer said', async () => {
    const other = (scenario: Parameters<typeof smallWorkload>[0]) => ({
      ...smallWorkload(scenario),
      digest: 'other',
    });
    const { shares, warnings } = await lostShares(parts.slice(1), other);
    expect(shares).toEqual([]);
    expect(warnings).toEqual([
      expect.stringMatching(/^how many requests partitions 0 had .* its files have changed since/),
    ]);
  });

  test('has nothing more that is lost once it has been accounted for', async () => {
    const { shares } = await lostShares(parts.slice(0, 2), smallWorkload);
    const again = await lostShares(
      [...parts.slice(0, 2), ...shares.map(({ part }) => part)],
      smallWorkload,
    );
    expect(again).toEqual({ shares: [], warnings: [] });
  });

  test('of a closed loop that was stopped says what cannot be known', async () => {
    const closed = partsOf(
      { conversation: { rounds: 2 }, population: { arrivals: CLOSED }, stop: { afterSec: 5 } },
      3,
    );
    const { shares, warnings } = await lostShares(closed.slice(0, 2), smallWorkload);
    // Of five slots one is the third partition's.
    expect(shares.map(({ part }) => part.records.length)).toEqual([2]);
    expect(warnings).toEqual([expect.stringMatching(/^partitions 2: of each slot .* not known$/)]);
  });
});

test('a run that one process played, and one whose partitions are all there, has lost nothing', async () => {
  const input: ScenarioInput = { population: { users: 4 } };
  expect((await lostShares([partOf(input)], smallWorkload)).shares).toEqual([]);
  expect((await lostShares(partsOf(input, 2), smallWorkload)).shares).toEqual([]);
});
