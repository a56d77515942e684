import { describe, expect, test } from 'vitest';
import { below, stream } from '../../src/base/random.ts';
import type { Distribution } from '../../src/scenario/distribution.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import type { Workload } from '../../src/workload/conversation.ts';
import { countSampler, sampler } from '../../src/workload/draw/distribution.ts';
import { openWorkload } from '../../src/workload/load.ts';
import { playVirtual } from '../support/play-virtual.ts';
import { scratchDir } from '../workload/scratch.ts';
import { toyTokenizer } from '../workload/toy-tokenizer.ts';

/**
 * Every stream by its name: what a user does, and what a run draws, is a function of (seed, name) alone, so that a
 * new feature's draws shift none of them. A name that changes here changes the runs of all who have a seed.
 */

const dir = scratchDir();
const tokenizer = toyTokenizer(dir, ['the', 'of', 'and', 'to', 'in']);
const DRAWN = { distribution: 'lognormal', mean: 20, cv: 1 } as const satisfies Distribution;
const USERS = [1, 2, 3, 40];
const SEEDS = [7, 'seven'];

const scenarioWith = (seed: string | number, rest: ScenarioInput = {}) =>
  parseScenario({
    ...rest,
    seed,
    conversation: { tokenizer, text: 'hi', rounds: 5, ...rest.conversation },
  });

async function conversations(seed: string | number, rest: ScenarioInput) {
  const workload: Workload = await openWorkload(scenarioWith(seed, rest), { cacheDir: dir });
  return USERS.map((userId) => workload.conversation(userId));
}

/** So many draws of the stream with this name. */
function drawsOf(count: number, draw: (rng: () => number) => number, ...name: Name): number[] {
  const rng = stream(...name);
  return Array.from({ length: count }, () => draw(rng));
}
type Name = Parameters<typeof stream>;

describe.each(SEEDS)('with seed %s, what a user draws for', (seed) => {
  test("'rounds'", async () => {
    const made = await conversations(seed, { conversation: { rounds: DRAWN } });
    expect(made.map(({ turns }) => turns.length)).toEqual(
      USERS.flatMap((id) => drawsOf(1, countSampler(DRAWN, 1), seed, 'user', id, 'rounds')),
    );
  });

  test("'pause'", async () => {
    const made = await conversations(seed, { pacing: { pauseSec: DRAWN } });
    expect(made.map(({ turns }) => turns.slice(1).map(({ pauseMs }) => pauseMs))).toEqual(
      USERS.map((id) =>
        drawsOf(4, sampler(DRAWN), seed, 'user', id, 'pause').map((sec) => sec * 1000),
      ),
    );
  });

  test("'answer'", async () => {
    const made = await conversations(seed, { conversation: { answer: { tokens: DRAWN } } });
    expect(made.map(({ turns }) => turns.map(({ maxTokens }) => maxTokens))).toEqual(
      USERS.map((id) => drawsOf(5, countSampler(DRAWN, 1), seed, 'user', id, 'answer')),
    );
  });

  test("'question tokens'", async () => {
    const made = await conversations(seed, {
      conversation: { text: 'words', question: { tokens: DRAWN } },
    });
    expect(made.map(({ turns }) => turns.map(({ messageTokens }) => messageTokens))).toEqual(
      USERS.map((id) => drawsOf(5, countSampler(DRAWN, 1), seed, 'user', id, 'question tokens')),
    );
  });

  test("'priority'", () => {
    const { transport } = playVirtual(
      scenarioWith(seed, {
        sampling: { priority: { distribution: 'uniform', min: 0, max: 1000 } },
        conversation: { rounds: 1 },
        population: { users: 3 },
      }),
    );
    const expected = [1, 2, 3].map((id) =>
      Math.round(1000 * stream(seed, 'user', id, 'priority')()),
    );
    expect(transport.sent.map(({ priority }) => priority)).toEqual(expected);
  });

  test("a turn's 'retry'", () => {
    const { transport } = playVirtual(
      scenarioWith(seed, {
        failure: { policy: 'retry', retries: 1, backoffSec: 1 },
        conversation: { rounds: 1 },
        population: { users: 1 },
      }),
      (_, index) => (index === 0 ? { ttftMs: 50, fail: { status: 'http', message: 'no' } } : {}),
    );
    const [first, second] = transport.sent.map(({ atMs }) => atMs);
    const share = stream(seed, 'user', 1, 'turn', 0, 'retry', 1)();
    expect(second! - first! - 50).toBeCloseTo(share * 1000, 6);
  });
});

describe.each(SEEDS)('with seed %s, what a run draws for', (seed) => {
  test("its 'arrivals'", () => {
    const { transport } = playVirtual(
      scenarioWith(seed, {
        conversation: { rounds: 1 },
        population: { users: 5, arrivals: { process: 'poisson', usersPerSec: 0.01 } },
      }),
    );
    const gaps = drawsOf(
      4,
      sampler({ distribution: 'exponential', mean: 100_000 }),
      seed,
      'population',
      'arrivals',
    );
    const times = transport.sent.map(({ atMs }) => atMs);
    for (const [i, gap] of gaps.entries()) expect(times[i + 1]! - times[i]!).toBeCloseTo(gap, 6);
  });

  test("its 'pace'", () => {
    const gapSec = { distribution: 'uniform', min: 10.5, max: 20.5 } as const;
    const { transport } = playVirtual(
      scenarioWith(seed, {
        conversation: { rounds: 1 },
        population: {
          users: 5,
          arrivals: { process: 'allAtOnce' },
          pace: { mode: 'rate', gapSec },
        },
      }),
    );
    const gaps = drawsOf(4, sampler(gapSec), seed, 'population', 'pace');
    const times = transport.sent.map(({ atMs }) => atMs);
    for (const [i, gap] of gaps.entries()) {
      expect(times[i + 1]! - times[i]!).toBeCloseTo(gap * 1000, 6);
    }
  });

  test("its 'turn order'", () => {
    const { transport } = playVirtual(
      scenarioWith(seed, {
        conversation: { rounds: 1 },
        population: {
          users: 8,
          arrivals: { process: 'allAtOnce' },
          maxInFlight: 1,
          turnOrder: 'random',
        },
      }),
    );
    const rng = stream(seed, 'population', 'turn order');
    const waiting = [1, 2, 3, 4, 5, 6, 7, 8];
    const drawn: number[] = [];
    while (waiting.length) drawn.push(...waiting.splice(below(rng, waiting.length), 1));
    expect(transport.sent.map(({ userId }) => userId)).toEqual(drawn);
  });
});

test('texts differ with the seed, each part of them: shared, of a user, of a question', async () => {
  const conversation = {
    text: 'words',
    systemPrompt: { tokens: 50 },
    userHistory: { tokens: 50 },
    question: { tokens: 50 },
  } as const;
  const [one, two] = await Promise.all(SEEDS.map((seed) => conversations(seed, { conversation })));
  for (const [i, ours] of one!.entries()) {
    const others = two![i]!;
    expect(ours.opening[0]!.text).not.toBe(others.opening[0]!.text);
    for (const [turn, { message }] of ours.turns.entries()) {
      expect(message.text).not.toBe(others.turns[turn]!.message.text);
    }
  }
  const again = await conversations(SEEDS[0]!, { conversation });
  expect(JSON.stringify(again)).toBe(JSON.stringify(one));
});
