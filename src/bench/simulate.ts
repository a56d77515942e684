import type { ScenarioInput } from '../scenario/schema.ts';
import { Child } from './child.ts';
import { verdict } from './measure.ts';
import type { Simulated } from './simulated.ts';

/** A turn each 100 s, conversations of an hour: 3,000 tokens at the start, 132 more a turn. */
const CONVERSATIONS: ScenarioInput = {
  conversation: {
    systemPrompt: { tokens: 1000 },
    userHistory: { tokens: 2000 },
    question: { tokens: 32 },
    rounds: 36,
    answer: { tokens: 100, force: true },
  },
  pacing: { mode: 'interval', pauseSec: 100 },
  engine: { gpu: 'h100' },
};

const HUNDRED_USERS: ScenarioInput['population'] = {
  arrivals: { process: 'closed', concurrency: 100 },
};

const HOUR_SEC = 3600;

const RUNS: readonly { what: string; targetSec: number; scenario: ScenarioInput }[] = [
  {
    what: '1 h of 500 users',
    targetSec: 15,
    scenario: {
      ...CONVERSATIONS,
      population: { arrivals: { process: 'constant', usersPerSec: 5 }, users: 500 },
    },
  },
  {
    what: '24 h of 100 users',
    targetSec: 60,
    scenario: {
      ...CONVERSATIONS,
      population: HUNDRED_USERS,
      stop: { afterSec: 24 * HOUR_SEC },
    },
  },
];

/** One begins every 36 s: after an hour there are always 100, of all ages. */
const HUNDRED_IN_TURN: ScenarioInput['population'] = {
  arrivals: { process: 'constant', usersPerSec: 100 / HOUR_SEC },
};

const HELD_AT_HOURS = [3, 6, 12];
const TARGET_GROWTH = 1.05;

/** What simulated time costs in CPU, and whether it leaves anything in memory. */
export async function simulate(print: (line: string) => void): Promise<void> {
  print('simulate: runs in virtual time, from loading to the report, answers of 100 tokens');
  for (const { what, targetSec, scenario } of RUNS) {
    const { turns, cpuSec, peakMB, referenceSec } = await played(scenario);
    const perTurnUs = (cpuSec / turns) * 1e6;
    print(
      `  ${what}: ${turns} turns, ${cpuSec.toFixed(1)} s of CPU ${verdict(cpuSec, targetSec, ' s')}, ${perTurnUs.toFixed(0)} us/turn, peak ${peakMB.toFixed(0)} MB`,
    );
    print(
      `    ${(cpuSec / referenceSec).toFixed(1)} times the reference: copying and hashing 2^29 ids in a plain loop, ${referenceSec.toFixed(2)} s`,
    );
  }
  const heldMB = await held();
  const growth = heldMB.at(-1)! / heldMB[0]!;
  const texts = HELD_AT_HOURS.map((hours, i) => `${heldMB[i]!.toFixed(1)} MB after ${hours} h`);
  print(
    `  memory of 100 users, after garbage collection and without records: ${texts.join(', ')}; last to first ${growth.toFixed(2)} ${verdict(growth, TARGET_GROWTH)}`,
  );
}

async function played(scenario: ScenarioInput): Promise<Simulated & { referenceSec: number }> {
  const child = new Child(new URL('./simulated.js', import.meta.url), scenario);
  try {
    const before = await child.ask<number>('reference');
    const run = await child.ask<Simulated>('whole');
    const after = await child.ask<number>('reference');
    return { ...run, referenceSec: (before + after) / 2 };
  } finally {
    await child.stop();
  }
}

async function held(): Promise<number[]> {
  const scenario = { ...CONVERSATIONS, population: HUNDRED_IN_TURN };
  const script = new URL('./simulated.js', import.meta.url);
  const child = new Child(script, scenario, ['--expose-gc']);
  try {
    const atSec = HELD_AT_HOURS.map((hours) => hours * HOUR_SEC);
    return await child.ask<number[]>('held', atSec);
  } finally {
    await child.stop();
  }
}
