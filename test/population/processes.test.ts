import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { stream } from '../../src/base/random.ts';
import { rateLawOf } from '../../src/plan/rate-law.ts';
import { refuseEndless } from '../../src/play/endless.ts';
import { offeredLoad } from '../../src/population/offered-load.ts';
import {
  type OpenProcess,
  PROCESSES,
  type ProcessTable,
  processOf,
} from '../../src/population/processes.ts';
import { identityOf } from '../../src/report/identity.ts';
import {
  type ArrivalSettings,
  arrivalsSchema,
  PROCESS_RULES,
  type Process,
  type ProcessRules,
  type SettingsOf,
} from '../../src/scenario/arrivals.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import type { Scenario } from '../../src/scenario/schema.ts';
import { playVirtual } from '../support/play-virtual.ts';

const SRC = join(import.meta.dirname, '../../src');
const told = { users: 7, measure: String };

const EXAMPLES: { readonly [P in Process]: ArrivalSettings } = {
  constant: { process: 'constant', usersPerSec: 4 },
  poisson: { process: 'poisson', usersPerSec: 4 },
  gamma: { process: 'gamma', usersPerSec: 4, cv: 2 },
  lognormal: { process: 'lognormal', usersPerSec: 4, sigma: 2 },
  gammaWindows: {
    process: 'gammaWindows',
    windows: [{ shape: 0.5, rate: 2 }],
    windowSec: 60,
    speedup: 1,
  },
  curve: {
    process: 'curve',
    usersPerSec: 4,
    swing: 0.5,
    periodSec: 20,
    rising: false,
    stepSec: 1,
  },
  rates: { process: 'rates', perSec: [1, 0, 3], stepSec: 10 },
  allAtOnce: { process: 'allAtOnce' },
  trace: { process: 'trace', slowdown: 2 },
  closed: { process: 'closed', concurrency: 3, startUp: 'apart' },
  clients: {
    process: 'clients',
    clients: 2,
    conversationsEach: 3,
    choice: 'newestFirst',
    leave: 'alone',
  },
};

describe('each process has one row: its loop, its rate and the CV of its gaps, and words for it', () => {
  const atRate = (gapCv: number) => ({ loop: 'open', isEndless: true, usersPerSec: 4, gapCv });
  test.each([
    ['constant', atRate(0), 'constant arrivals, 4 conversations/s configured'],
    ['poisson', atRate(1), 'poisson arrivals, 4 conversations/s configured'],
    ['gamma', atRate(2), 'gamma arrivals, 4 conversations/s configured'],
    [
      'lognormal',
      atRate(Math.sqrt(Math.expm1(4))),
      'lognormal arrivals, 4 conversations/s configured',
    ],
    [
      'curve',
      { loop: 'open', isEndless: true, usersPerSec: 4 },
      'Poisson arrivals at a rate that goes up and down from 2 to 6 conversations/s, period 20 s',
    ],
    [
      'rates',
      { loop: 'open', isEndless: false },
      'Poisson arrivals at 3 rates of 10 s each, 0 to 3 conversations/s',
    ],
    ['allAtOnce', { loop: 'open', isEndless: true }, 'all 7 conversations at once'],
    ['trace', { loop: 'open', isEndless: false }, 'at the times of the trace, stretched 2 times'],
    [
      'closed',
      { loop: 'closed', isEndless: true, slots: 3, hasStartUp: true },
      '3 conversations at all times',
    ],
    [
      'clients',
      { loop: 'closed', isEndless: true, slots: 6, hasStartUp: false, clients: EXAMPLES.clients },
      '2 clients with 3 conversations each, from one queue',
    ],
  ] as const)('%s', (name, facts, text) => {
    const { text: say, ...process } = processOf(EXAMPLES[name]);
    const { times: _, resumes: __, ...found } = process as Partial<OpenProcess>;
    expect(found).toEqual(facts);
    expect(say(told)).toBe(text);
  });

  test('a burst of a file, which says how many there are', () => {
    const { text } = processOf(EXAMPLES.allAtOnce);
    expect(text({ ...told, users: undefined })).toBe('all conversations at once');
  });

  test('is told less where less is set', () => {
    const usersPerSec = 4;
    const cvOf = (settings: ArrivalSettings) => (processOf(settings) as OpenProcess).gapCv;
    expect(cvOf({ process: 'gamma', usersPerSec })).toBeUndefined();
    expect(cvOf({ process: 'lognormal', usersPerSec })).toBeCloseTo(Math.sqrt(Math.E - 1), 12);
    const { text } = processOf({ process: 'trace', slowdown: 1 });
    expect(text(told)).toBe('at the times of the trace');
    const one: ArrivalSettings = { process: 'clients', clients: 1, conversationsEach: 1 } as never;
    expect(processOf(one).text(told)).toBe('1 client with 1 conversation each, from one queue');
  });

  test.each([
    ['constant', 'afresh'],
    ['poisson', 'afresh'],
    ['gamma', 'afresh'],
    ['lognormal', 'afresh'],
    ['curve', 'atOwnTimes'],
    ['rates', 'atOwnTimes'],
    ['allAtOnce', 'afresh'],
    ['trace', 'atOwnTimes'],
  ] as const)('%s: what is left of a run comes %s', (name, resumes) => {
    expect((processOf(EXAMPLES[name]) as OpenProcess).resumes).toBe(resumes);
  });

  test.each([
    [{ swing: 1 }, { usersPerSec: 4 }, 'goes up and down from 0 to 8'],
    [{ swing: 1.5 }, {}, 'goes up and down from 0 to 10'],
    [{ rising: true }, {}, 'rises from 4 to 6'],
  ])('the mean of a curve is told where it is one: %j', (own, facts, words) => {
    const { text, usersPerSec } = processOf({
      ...(EXAMPLES.curve as SettingsOf<'curve'>),
      ...own,
    }) as OpenProcess;
    expect({ ...(usersPerSec !== undefined && { usersPerSec }) }).toEqual(facts);
    expect(text(told)).toContain(words);
  });

  test('without a row of its own in a table, a process does not compile', () => {
    const { poisson: _, ...rows } = PROCESSES;
    // @ts-expect-error Property 'poisson' is missing
    rows satisfies ProcessTable;
    const { gamma: __, ...rules } = PROCESS_RULES;
    // @ts-expect-error Property 'gamma' is missing
    rules satisfies { readonly [P in Process]: ProcessRules };
    for (const [name, example] of Object.entries(EXAMPLES)) {
      expect(arrivalsSchema.parse(example).process).toBe(name);
    }
  });
});

test('times of a process: from 0, in order, the same for the same stream', () => {
  for (const name of ['constant', 'poisson', 'gamma', 'lognormal', 'allAtOnce'] as const) {
    const [first, again] = [firstTimes(name, 500), firstTimes(name, 500)];
    expect(first).toEqual(again);
    expect(first[0]).toBe(0);
    expect(first).toEqual([...first].sort((a, b) => a - b));
  }
  expect(firstTimes('constant', 3)).toEqual([0, 250, 500]);
  expect(firstTimes('allAtOnce', 3)).toEqual([0, 0, 0]);
  expect(firstTimes('trace', 9, [100, 100, 130])).toEqual([0, 0, 60]);
});

function firstTimes(name: Process, count: number, traceMs?: readonly number[]): number[] {
  const process = processOf(EXAMPLES[name]) as OpenProcess;
  const times: number[] = [];
  for (const ms of process.times({ rng: stream(1, name), traceMs })) {
    if (times.push(ms) === count) break;
  }
  return times;
}

test('gaps without a spread of their own are those of a gamma of 1 and a lognormal of sigma 1', () => {
  const times = (settings: ArrivalSettings) => {
    const all = (processOf(settings) as OpenProcess).times({ rng: stream(1), traceMs: undefined });
    return Array.from({ length: 20 }, () => all.next().value as number);
  };
  const usersPerSec = 4;
  const gamma = { process: 'gamma', usersPerSec } as const;
  expect(times(gamma)).toEqual(times({ ...gamma, cv: 1 }));
  expect(times(gamma)).not.toEqual(times({ ...gamma, cv: 2 }));
  const lognormal = { process: 'lognormal', usersPerSec } as const;
  expect(times(lognormal)).toEqual(times({ ...lognormal, sigma: 1 }));
  // Without spread it is its mean, by either generator.
  const numpy = { seed: 1, skip: 0 };
  for (const [index, dueMs] of times({ ...lognormal, sigma: 1e-9, numpy }).entries()) {
    expect(dueMs).toBeCloseTo(250 * index, 3);
  }
  const skipped = times({ ...lognormal, sigma: 2, numpy: { seed: 1, skip: 3 } });
  const all = times({ ...lognormal, sigma: 2, numpy });
  expect(skipped[1]).toBeCloseTo(all[4]! - all[3]!, 9);
  expect(all[1]).not.toBeCloseTo(skipped[1]!, 3);
});

test('a trace without times is a fault of this program', () => {
  expect(() => firstTimes('trace', 1)).toThrow('no times to go by');
});

describe('a new process is a row in each table', () => {
  /** Two conversations, a second of rest, and so on: a rate that changes with time, and ends. */
  const PAIRS = {
    loop: 'open',
    *times() {
      for (const second of [0, 1, 2]) yield* [second * 1000, second * 1000 + 100];
    },
    resumes: 'atOwnTimes',
    isEndless: false,
    usersPerSec: 2,
    text: () => 'in pairs',
  } satisfies OpenProcess;
  const rows = PROCESSES as Record<string, unknown>;
  const rules = PROCESS_RULES as Record<string, ProcessRules>;

  /** As if the schema had settings for it. */
  function pairs(input: Parameters<typeof parseScenario>[0] = {}): Scenario {
    const scenario = parseScenario(input);
    const arrivals = { process: 'pairs' } as unknown as ArrivalSettings;
    return { ...scenario, population: { ...scenario.population, arrivals } };
  }

  afterEach(() => {
    delete rows['pairs'];
    delete rules['pairs'];
  });

  test('which all that ask about processes then know', () => {
    rows['pairs'] = () => PAIRS;
    rules['pairs'] = {};
    expect(dueMs(pairs())).toEqual([0, 100, 1000, 1100, 2000, 2100]);
    expect(dueMs(pairs({ population: { users: 3 } }))).toEqual([0, 100, 1000]);
    expect(dueMs(pairs(), new Set([1, 2, 3]))).toEqual([0, 900, 1000]);
    expect(dueMs(pairs({ population: { partition: { index: 1, of: 3 } } }))).toEqual([100, 2000]);
    refuseEndless(pairs(), { conversations: undefined } as never);
    expect(rateLawOf(pairs(RAMP_UP))).toMatchObject({ joinEverySec: 0.5, offeredPerSec: 8 });
  });

  test('nobody asks which process it is', () => {
    const asking = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .filter((path) =>
        /\bprocess\)? [!=]== '|switch \(\w*\.?process\)|'usersPerSec' in/.test(
          readFileSync(join(SRC, path), 'utf8'),
        ),
      );
    expect(asking).toEqual([]);
  });

  const RAMP_UP = {
    conversation: { rounds: 4 },
    pacing: { mode: 'interval', pauseSec: 3 },
    population: { rampUp: { users: 2, joinEverySec: 1 } },
  } as const;

  function dueMs(scenario: Scenario, played?: ReadonlySet<number>): number[] {
    const load = offeredLoad(scenario, { played });
    if (load.loop === 'closed') throw new Error('expected an open loop');
    const found: number[] = [];
    for (let next = load.arrivals.next(); !next.done; next = load.arrivals.next()) {
      found.push(next.value.dueMs);
    }
    return found;
  }
});

test('users that come all at once come in open loop, however slow the engine is', () => {
  const { scenario, records } = playVirtual(
    { conversation: { rounds: 1 }, population: { arrivals: { process: 'allAtOnce' }, users: 5 } },
    () => ({ ttftMs: 60_000 }),
  );
  expect(records.map(({ sentMs }) => sentMs)).toEqual([0, 0, 0, 0, 0]);
  const header = { scenario, confab: '', clock: 'virtual', workloadDigest: '', notes: [] };
  expect(identityOf({ header } as never)).toMatchObject({
    loop: 'open',
    arrivals: 'all 5 conversations at once',
  });
});

test('a trace that passes faster says how much', () => {
  const { text } = processOf({ process: 'trace', slowdown: 0.1 });
  expect(text(told)).toBe('at the times of the trace, 10 times as fast');
});
