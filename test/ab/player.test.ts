import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { conclusionOf } from '../../src/ab/experiment.ts';
import { type Pair, pairOf } from '../../src/ab/pair.ts';
import { type PlayerSettings, playerOf } from '../../src/ab/player.ts';
import { runExperiment } from '../../src/ab/run-experiment.ts';
import type { Side } from '../../src/ab/schedule.ts';
import { VirtualClock } from '../../src/base/clock.ts';
import { play } from '../../src/play/play.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import type { Scenario, ScenarioInput } from '../../src/scenario/schema.ts';
import { SETTINGS } from './noisy-arms.ts';

const SCENARIO: ScenarioInput = {
  conversation: {
    systemPrompt: { tokens: 64 },
    userHistory: { tokens: 300 },
    rounds: 2,
    answer: { tokens: 3, force: true },
  },
  pacing: { mode: 'think', pauseSec: 1 },
  population: { arrivals: { process: 'poisson', usersPerSec: 2 }, users: 4 },
};

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'confab-ab-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

interface Seen {
  readonly arm: string;
  readonly users: readonly number[];
  readonly sentMs: readonly number[];
}

/** A player of two arms in virtual time, and what it played. */
function player(b: Partial<Scenario['engine']> = {}, settings: Partial<PlayerSettings> = {}) {
  const a = parseScenario(SCENARIO);
  const seen: Seen[] = [];
  const prepared: [Side, boolean][] = [];
  const playStep = playerOf({
    arms: { a, b: { ...a, engine: { ...a.engine, ...b } } },
    dir,
    word: 'w',
    isolation: 'none',
    async prepare(arm, isInARow) {
      prepared.push([arm, isInARow]);
    },
    async play(scenario, workload) {
      const played = await play({ scenario, workload, clock: new VirtualClock() });
      const records = played.run.parts.flatMap((part) => part.records);
      seen.push({
        arm: scenario.name,
        users: [...new Set(records.map(({ userId }) => userId))],
        sentMs: records.map(({ sentMs }) => sentMs!),
      });
      return played;
    },
    ...settings,
  });
  return { playStep, seen, prepared };
}

async function pairPlayed(
  { playStep }: Pick<ReturnType<typeof player>, 'playStep'>,
  stage: Parameters<typeof playStep>[0]['stage'],
  place = 0,
): Promise<Pair> {
  const { sides } = await playStep({ stage, round: place + 1 }, place);
  return pairOf(sides!, 'ttft', undefined);
}

test('paired in virtual time, A differs from A by exactly 0 in every measure', async () => {
  const { measures, paired } = await pairPlayed(player(), 'floor');
  expect(paired).toBe(8);
  expect(measures.ttft!.a).toBeGreaterThan(0);
  for (const { difference } of Object.values(measures)) expect(difference).toBe(0);
});

test('both sides have the same users at the same times, and the next round has others', async () => {
  const rig = player();
  await pairPlayed(rig, 'rounds');
  await pairPlayed(rig, 'rounds', 1);
  const [first, second, third] = rig.seen;
  expect(first!.users).toEqual(second!.users);
  expect(first!.sentMs).toEqual(second!.sentMs);
  expect(third!.users.some((user) => first!.users.includes(user))).toBe(false);
  expect(third!.sentMs).not.toEqual(first!.sentMs);
});

test('each side of a round is made ready, and of a control in a row the second is not', async () => {
  const rig = player();
  await pairPlayed(rig, 'rounds');
  await pairPlayed(rig, 'salt');
  expect(rig.prepared.slice(0, 2).sort()).toEqual([
    ['a', false],
    ['b', false],
  ]);
  expect(rig.prepared.slice(2)).toEqual([
    ['a', false],
    ['a', true],
  ]);
});

test('without reuse there are first turns alone, and nothing is found in the cache', async () => {
  const { measures, paired } = await pairPlayed(player(), 'no-reuse');
  expect(paired).toBe(4);
  expect(measures['hit-share']).toEqual({ a: 0, b: 0, difference: 0 });
});

test('what a GPU holds is found again one conversation after the other', async () => {
  const { measures } = await pairPlayed(player({ prefixCaching: false }), 'fits');
  expect(measures['hit-share']!.a).toBeGreaterThan(0.3);
  expect(measures['hit-share']!.b).toBe(0);
});

test.each([
  ['found again by a cache that holds everything', {}, 0.9, 1],
  ['gone from one that holds a conversation', { blocks: 40 }, 0, 0.01],
])('what was said before is %s', async (_, engine, least, most) => {
  const a = parseScenario({ ...SCENARIO, engine });
  const rig = player({}, { arms: { a, b: a } });
  const { measures, paired } = await pairPlayed(rig, 'revisit');
  expect(paired).toBe(4);
  expect(measures['hit-share']!.b).toBeGreaterThanOrEqual(least);
  expect(measures['hit-share']!.b).toBeLessThanOrEqual(most);
  expect(rig.seen).toHaveLength(1);
});

test('an arm whose cache is warm is refused by its control', async () => {
  const { playStep } = player({
    defects: { ...parseScenario(SCENARIO).engine.defects, primed: 1 },
  });
  const settings = { ...SETTINGS, controls: ['no-reuse' as const], controlRounds: 2 };
  const { rounds } = await runExperiment(settings, [], { slo: undefined, playStep });
  expect(conclusionOf(settings, rounds)).toMatchObject({
    finding: 'refused',
    rounds: 0,
    controls: [{ name: 'no-reuse', says: 'gain' }],
  });
});
