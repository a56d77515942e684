import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../src/base/clock.ts';
import { FixedEngine } from '../../src/engine/fixed-engine.ts';
import { PromptBuilder } from '../../src/engine/prompt/prompt-builder.ts';
import type { Coder } from '../../src/engine/prompt/vocabulary.ts';
import { rounded } from '../../src/record/journal.ts';
import type { TurnRecord } from '../../src/record/record.ts';
import { type RunEnd, startRun } from '../../src/run/run.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import { localTransport } from '../../src/transport/local.ts';
import { optionsOf, words } from '../support/engine-rig.ts';
import { smallWorkload } from '../support/small-workload.ts';
import { tries } from '../support/tries.ts';

/** Ids that depend on the text alone, as those of a real vocabulary do: answers follow from the prompt's ids. */
const coder: Coder = {
  encode: (text) => (text.match(/ ?[A-Za-z]+|\s+|[^A-Za-z\s]/g) ?? []).map(idOf),
  decode: () => '',
};

const IDS = new Map(words.map(({ text, id }) => [text, id]));

function idOf(piece: string): number {
  const known = IDS.get(piece);
  if (known !== undefined) return known;
  let id = 7;
  for (const letter of piece) id = (Math.imul(id, 31) + letter.charCodeAt(0)) | 0;
  return 1000 + (id >>> 1);
}

/** When the requests of the trace come; several together. */
const TRACE_MS = [0, 0, 0, 500, 900, 900, 1200, 3000, 3000, 3001, 5000, 8000, 8000];

function played(input: ScenarioInput): { records: TurnRecord[]; end: RunEnd } {
  const scenario = parseScenario(input);
  const clock = new VirtualClock();
  const latency = { ttftMs: 120, tpotMs: 7, perInputTokenMs: 0.1 };
  const transport = localTransport(new FixedEngine(clock, optionsOf(), latency, words), {
    prompts: new PromptBuilder(coder),
    api: 'chat',
    sampling: scenario.sampling,
  });
  const records: TurnRecord[] = [];
  const ends: RunEnd[] = [];
  startRun({
    scenario,
    clock,
    transport,
    workload: { ...smallWorkload(scenario), arrivalsMs: TRACE_MS },
    record: (record) => records.push(record),
    onDone: (end) => ends.push(end),
  });
  clock.run();
  expect(ends).toHaveLength(1);
  return { records, end: ends[0]! };
}

function lines(records: readonly TurnRecord[]): string[] {
  return records.map((record) => JSON.stringify(rounded(record))).sort();
}

function partitionsOf(input: ScenarioInput, of: number) {
  return Array.from({ length: of }, (_, index) =>
    played({ ...input, population: { ...input.population, partition: { index, of } } }),
  );
}

const seed = fc.integer({ min: 0, max: 1e6 });
const rounds = fc.constantFrom(1, 3, { distribution: 'uniform' as const, min: 1, max: 6 });
const pauseSec = fc.constantFrom(0, 2, { distribution: 'exponential' as const, mean: 2 });
const stop = fc.constantFrom({}, { afterSec: 5 }, { afterSec: 11.5 });

const rate = fc.constantFrom(0.5, 3);
// Up to twice as many as there are partitions, so that some have several users and others none.
const users = fc.integer({ min: 1, max: 15 });
const firstUserId = fc.constantFrom(0, 1, 40);

const ARRIVALS: Record<
  string,
  fc.Arbitrary<NonNullable<ScenarioInput['population']>['arrivals']>
> = {
  constant: rate.map((usersPerSec) => ({ process: 'constant', usersPerSec })),
  poisson: rate.map((usersPerSec) => ({ process: 'poisson', usersPerSec })),
  gamma: rate.map((usersPerSec) => ({ process: 'gamma', usersPerSec, cv: 2 })),
  lognormal: rate.map((usersPerSec) => ({ process: 'lognormal', usersPerSec, sigma: 2 })),
  allAtOnce: fc.constant({ process: 'allAtOnce' }),
  closed: fc.integer({ min: 1, max: 8 }).map((concurrency) => ({ process: 'closed', concurrency })),
};

describe('the partitions of a run play together what one process plays, byte for byte', () => {
  test.each(Object.keys(ARRIVALS))('%s', (process) => {
    const scenario = fc.record({
      seed,
      stop,
      conversation: fc.record({ rounds }),
      pacing: fc.record({
        mode: fc.constantFrom('think' as const, 'interval' as const),
        pauseSec,
      }),
      population: fc.record({ users, firstUserId, arrivals: ARRIVALS[process]! }),
    });
    const of = fc.integer({ min: 1, max: 7 });
    fc.assert(
      fc.property(scenario, of, (input, count) => {
        const whole = lines(played(input).records);
        const parts = partitionsOf(input, count).flatMap(({ records }) => records);
        expect(lines(parts)).toEqual(whole);
      }),
      { numRuns: tries(25), seed: 11 },
    );
  });

  test('users found in mid-conversation', () => {
    const scenario = fc.record({
      rampUp: fc.record({
        users: fc.integer({ min: 1, max: 12 }),
        joinEverySec: fc.constantFrom(1, 2.5),
        history: fc.constantFrom('cold' as const, 'synthesised' as const),
      }),
      firstUserId,
    });
    fc.assert(
      fc.property(scenario, fc.integer({ min: 1, max: 7 }), (population, count) => {
        const input: ScenarioInput = {
          conversation: { rounds: 4 },
          pacing: { mode: 'interval', pauseSec: 3 },
          population: {
            ...population,
            arrivals: { process: 'constant', usersPerSec: 1 / population.rampUp.joinEverySec },
          },
          stop: { afterSec: 25 },
        };
        const whole = lines(played(input).records);
        expect(whole.length).toBeGreaterThan(0);
        const parts = partitionsOf(input, count).flatMap(({ records }) => records);
        expect(lines(parts)).toEqual(whole);
      }),
      { numRuns: tries(25), seed: 12 },
    );
  });

  test.each([1, 2, 3, 4, 5, 6, 7])('a trace, stretched, in %i', (count) => {
    const input: ScenarioInput = {
      conversation: { rounds: 1 },
      population: { arrivals: { process: 'trace', slowdown: 1.7 } },
    };
    const whole = lines(played(input).records);
    expect(whole).toHaveLength(TRACE_MS.length);
    const parts = partitionsOf(input, count).flatMap(({ records }) => records);
    expect(lines(parts)).toEqual(whole);
  });
});

test('partitions share out the warm-up: every request and every user of it in one of them', () => {
  const input: ScenarioInput = {
    conversation: { rounds: 2, answer: { force: true } },
    population: { users: 6 },
    warmup: { requests: 10, users: 5, rounds: 1 },
  };
  const idsOf = (records: readonly TurnRecord[]) =>
    records.flatMap(({ phase, userId }) => (phase === 'warmup' ? [userId] : []));
  const whole = idsOf(played(input).records);
  const shares = partitionsOf(input, 3).map(({ records }) => idsOf(records));
  expect(whole).toHaveLength(15);
  expect(shares.map((ids) => ids.length)).toEqual([6, 5, 4]);
  expect(shares.flat().sort()).toEqual(whole.sort());
});

test('a warm-up of first turns is followed by the same conversations in each partition', () => {
  const input: ScenarioInput = {
    conversation: { rounds: 3 },
    population: { arrivals: { process: 'closed', concurrency: 4 }, users: 10 },
    warmup: { firstTurns: true },
  };
  const turnsOf = (records: readonly TurnRecord[]) =>
    records.map(({ phase, userId, turn, status }) => `${phase} ${userId} ${turn} ${status}`).sort();
  const parts = partitionsOf(input, 3).flatMap(({ records }) => records);
  expect(turnsOf(parts)).toEqual(turnsOf(played(input).records));
});

test('a partition without users of its own is an empty run', () => {
  const input = { population: { users: 2, partition: { index: 4, of: 5 } } };
  expect(played(input)).toMatchObject({ records: [], end: { stoppedBy: 'users' } });
});
