import type { Scenario } from '../scenario/schema.ts';
import type { Conversation, Workload } from '../workload/conversation.ts';
import { marked } from '../workload/marked.ts';
import type { Side } from './schedule.ts';

/** An experiment in which one side must not be better than the other, or the experiment itself cannot be trusted. */
export interface Control {
  readonly title: string;
  /** What is compared with what, and why neither can be better. */
  readonly says: string;
  /** What it means if one is. */
  readonly otherwise: string;
  /** Which arm plays each of its sides. */
  readonly arms: Readonly<Record<Side, Side>>;
  /** What they are called; default: A and B. */
  readonly sides?: Readonly<Record<Side, string>>;
  /** B is played after A, always, and nothing is reset between: it is to be seen whether it finds what A left. */
  readonly isInARow?: true;
  /** Both sides are one run, of this many users twice: A are the first, B those who say the same again. */
  readonly passes?: true;
  /** No gain is to be had here of reuse; another may be. */
  readonly isOfReuse?: true;
  /** A difference either way counts. */
  readonly isTwoSided?: true;
  /** More than this share of cached tokens, 0 to 1, on a side is a gain by itself: it has found what was never said. */
  readonly hitShareMax?: Readonly<Partial<Record<Side, number>>>;
  /** How the scenario of an arm is changed; default: not at all. */
  scenario?(scenario: Scenario): Scenario;
  /** What is said instead; `mark` is of the round, or nothing. */
  workload?(workload: Workload, mark: string, scenario: Scenario): Workload;
}

/** Chat templates and the blocks of a marker are all that prompts without reuse can have alike. */
const NOTHING_ALIKE = 0.05;

export const CONTROLS = {
  floor: {
    title: 'A against A',
    says: 'the same arm on both sides: what differs is noise',
    otherwise: 'the experiment itself favours a side: what is compared is not played alike',
    arms: { a: 'a', b: 'a' },
    isTwoSided: true,
  },
  salt: {
    title: 'salt only',
    says: 'A, and A once more without a reset, with another salt before the same prompts',
    otherwise: 'salts do not keep rounds apart: later ones find what earlier ones left in a cache',
    arms: { a: 'a', b: 'a' },
    sides: { a: 'the first run', b: 'the second' },
    isInARow: true,
  },
  'no-reuse': {
    title: 'no reuse',
    says: 'first turns alone, no two of which begin alike: no cache can help',
    otherwise:
      'an arm finds prompts that nobody has said in this experiment (a warm cache), or its gain is not one of reuse',
    arms: { a: 'a', b: 'b' },
    isOfReuse: true,
    hitShareMax: { a: NOTHING_ALIKE, b: NOTHING_ALIKE },
    scenario: (scenario) => ({ ...withoutWarmup(scenario), population: plain(scenario) }),
    workload: (workload, mark) => unlike(firstTurns(workload), mark, (userId) => userId),
  },
  fits: {
    title: 'everything fits',
    says: 'one conversation at a time: what it repeats is still on the GPU in both arms',
    otherwise: 'the gain does not come of what the GPU cannot hold',
    arms: { a: 'a', b: 'b' },
    isOfReuse: true,
    scenario: (scenario) => oneByOne(scenario, usersOf(scenario, FITTING_USERS)),
  },
  revisit: {
    title: 'evicted, revisited',
    says: 'A alone, every prompt twice with all others between: what was evicted is not found',
    otherwise:
      'A still has what was said before: nothing was evicted, so there is nothing for B to bring back',
    arms: { a: 'a', b: 'a' },
    sides: { a: 'the first pass', b: 'the second' },
    passes: true,
    hitShareMax: { b: NOTHING_ALIKE },
    scenario: (scenario) => oneByOne(scenario, 2 * usersOf(scenario, REVISITED_USERS)),
    workload(workload, mark, scenario) {
      const placeOf = firstPassOf(scenario);
      const first = firstTurns(workload);
      const twice: Workload = {
        ...first,
        conversation: (userId) => ({ ...first.conversation(placeOf(userId)), userId }),
      };
      return unlike(twice, mark, placeOf);
    },
  },
} as const satisfies Record<string, Control>;

export type ControlName = keyof typeof CONTROLS;
export const CONTROL_NAMES = Object.keys(CONTROLS) as ControlName[];

/** Conversations that are enough to see that nothing is gained, as a run of the real thing is long. */
const FITTING_USERS = 10;
const REVISITED_USERS = 200;
/** Where the scenario names no number. */
const USERS = 64;

/** Of a control of two passes: the user of the first pass who says what this one says. */
export function firstPassOf({ population }: Scenario): (userId: number) => number {
  const { firstUserId, users = 0 } = population;
  return (userId) => firstUserId + ((userId - firstUserId) % (users / 2));
}

function usersOf({ population }: Scenario, most: number): number {
  return Math.min(most, population.users ?? USERS);
}

/** What it warms up with would be found again. */
function withoutWarmup(scenario: Scenario): Scenario {
  const { requests, requestText } = scenario.warmup;
  const warmup = { requests, users: 0, usersPerSec: 1, firstTurns: false, sameUsers: false };
  return { ...scenario, warmup: { ...warmup, ...(requestText !== undefined && { requestText }) } };
}

/** Nobody is found in mid-conversation. */
function plain({ population: { rampUp: _, ...population } }: Scenario): Scenario['population'] {
  return population;
}

function oneByOne(scenario: Scenario, users: number): Scenario {
  const { firstUserId } = scenario.population;
  const { drainTimeoutSec, afterUnreachableSec } = scenario.stop;
  return {
    ...withoutWarmup(scenario),
    pacing: { mode: 'think', pauseSec: 0, from: 'intended' },
    population: {
      arrivals: { process: 'closed', concurrency: 1, startUp: 'measured' },
      users,
      firstUserId,
      turnOrder: 'fair',
      stopWhenExhausted: false,
    },
    stop: { drainTimeoutSec, afterUnreachableSec, recordNotArrived: false },
  };
}

function firstTurns(workload: Workload): Workload {
  return {
    ...workload,
    conversation(userId): Conversation {
      const conversation = workload.conversation(userId);
      const { forks: _, ...first } = conversation.turns[0]!;
      return { ...conversation, sharedTokens: 0, turns: [first] };
    },
  };
}

/** No two prompts begin alike, but those of users with one place. */
function unlike(workload: Workload, mark: string, placeOf: (userId: number) => number): Workload {
  return marked(workload, (userId) => `[${placeOf(userId)} ${mark}]\n`);
}
