import { describe, expect, test } from 'vitest';
import { goesByPriority } from '../../../src/engine/schedule/policy.ts';
import type { EngineOptions } from '../../../src/scenario/engine.ts';
import { offloadSchema } from '../../../src/scenario/offload.ts';
import { Bench, type Outcome, privateTokens } from '../../support/engine-rig.ts';

interface Ask {
  readonly priority?: number;
  readonly input?: number;
  readonly answer?: number;
}

/** Requests that come in this order at one instant. One runs at a time, unless the options say otherwise. */
function play(asks: readonly Ask[], options: Partial<EngineOptions> = {}) {
  const bench = new Bench({ apiMs: 0, maxSeqs: 1, ...options });
  const outcomes = asks.map(({ priority, input = 40, answer = 10 }, user) =>
    bench.submit({
      promptTokens: Int32Array.from(privateTokens(user, input)),
      maxTokens: answer,
      ignoreEos: true,
      // The others refuse one.
      priority: goesByPriority(bench.engine.options.policy) ? priority : undefined,
    }),
  );
  bench.clock.run();
  return { outcomes, stats: bench.engine.stats };
}

/** Indexes of the requests, in the order in which they ended. */
function ended(outcomes: readonly Outcome[]): number[] {
  const endMs = outcomes.map(({ atMs }) => atMs.at(-1)!);
  return [...outcomes.keys()].sort((a, b) => endMs[a]! - endMs[b]!);
}

// The first is admitted at once: nobody else is there yet.
const priorities = [5, 7, 3, 7, 1].map((priority) => ({ priority }));

test.each([
  ['fcfs', 'lowestFirst', [0, 1, 2, 3, 4]],
  ['priority', 'lowestFirst', [0, 4, 2, 1, 3]],
  ['priority', 'highestFirst', [0, 1, 3, 2, 4]],
  ['priority_round_robin', 'lowestFirst', [0, 4, 2, 1, 3]],
  ['priority_round_robin', 'highestFirst', [0, 1, 3, 2, 4]],
  ['round_robin', 'lowestFirst', [0, 1, 2, 3, 4]],
  ['priority_round_robin_reverse', 'lowestFirst', [0, 1, 2, 3, 4]],
] as const)('%s, %s', (policy, priorityOrder, order) => {
  expect(ended(play(priorities, { policy, priorityOrder }).outcomes)).toEqual(order);
});

test('priority: an arrival does not preempt; when blocks run out the last by priority gives way', () => {
  const options: Partial<EngineOptions> = { policy: 'priority', maxSeqs: 8, blocks: 21 };
  const asks = [
    { priority: 9, input: 100, answer: 150 },
    { priority: 1, input: 100, answer: 150 },
  ];
  const { outcomes, stats } = play(asks, options);
  expect(stats.preemptions).toBe(1);
  // The later one is more urgent: the first, though admitted before it, has to wait.
  expect(ended(outcomes)).toEqual([1, 0]);
  expect(ended(play(asks, { ...options, policy: 'fcfs' }).outcomes)).toEqual([0, 1]);
});

test('priority: tokens of a step that were given to the victim are free again', () => {
  const { outcomes, stats } = play(
    Array.from({ length: 6 }, (_, i) => ({ priority: 6 - i, input: 60, answer: 60 })),
    { policy: 'priority', maxSeqs: 6, blocks: 32, maxBatchedTokens: 64 },
  );
  expect(stats.preemptions).toBeGreaterThan(0);
  expect(outcomes.map(({ ids }) => ids.length)).toEqual([60, 60, 60, 60, 60, 60]);
});

test('round robin: after its steps a request goes to the end of the queue, and goes on from its cached blocks', () => {
  const { outcomes, stats } = play([{ answer: 90 }, { answer: 90 }, { answer: 20 }], {
    policy: 'round_robin',
    stepsBeforePreemption: 30,
  });
  // 0 and 1 take turns of 30 steps; 2 needs less than one.
  expect(ended(outcomes)).toEqual([2, 0, 1]);
  expect(stats.preemptions).toBe(4);
  const alone = play([{ answer: 90 }]).outcomes[0]!;
  expect(outcomes[0]!.ids).toEqual(alone.ids);
  // Its second turn begins when the others have had theirs.
  const gap = outcomes[0]!.atMs[30]! - outcomes[0]!.atMs[29]!;
  expect(gap).toBeGreaterThan(50 * (alone.atMs[20]! - alone.atMs[19]!));
});

test('round robin: nobody gives way while all fit', () => {
  const { stats } = play([{ answer: 90 }, { answer: 90 }], {
    policy: 'round_robin',
    stepsBeforePreemption: 10,
    maxSeqs: 2,
  });
  expect(stats.preemptions).toBe(0);
});

test('priority round robin: turns are taken among the most urgent, and no one else gets in between', () => {
  const { outcomes } = play(
    [
      { priority: 2, answer: 60 },
      { priority: 2, answer: 60 },
      { priority: 1, answer: 60 },
      { priority: 1, answer: 60 },
    ],
    { policy: 'priority_round_robin', stepsBeforePreemption: 20 },
  );
  // The first had a turn before the urgent ones came, so it is through before its equal.
  expect(ended(outcomes)).toEqual([2, 3, 0, 1]);
  const turns = [2, 3].map((user) => outcomes[user]!.atMs);
  expect(turns[1]![0]!).toBeLessThan(turns[0]!.at(-1)!);
});

test('the reverse of it: whoever has waited longest is let in, and the least urgent gives way', () => {
  const policy = 'priority_round_robin_reverse';
  const asks = [
    { priority: 1, answer: 60 },
    { priority: 9, answer: 60 },
    { priority: 5, answer: 10 },
  ];
  const options = { maxSeqs: 2, stepsBeforePreemption: 20 };
  const [urgent, patient, late] = play(asks, { ...options, policy }).outcomes;
  // The two that run have had their share: the one of priority 9 gives way to the third.
  expect(late!.atMs[0]!).toBeLessThan(urgent!.atMs.at(-1)!);
  expect(patient!.atMs.at(-1)!).toBeGreaterThan(urgent!.atMs.at(-1)!);
});

test('priority round robin: the least urgent gives way, and not an urgent one that was admitted after it', () => {
  const bench = new Bench({
    apiMs: 0,
    policy: 'priority_round_robin',
    stepsBeforePreemption: 20,
    maxSeqs: 2,
  });
  const ask = (user: number, priority: number, answer: number): Outcome => {
    const promptTokens = Int32Array.from(privateTokens(user, 40));
    return bench.submit({ promptTokens, maxTokens: answer, ignoreEos: true, priority });
  };
  const [least, urgent] = [ask(0, 2, 60), ask(1, 1, 60)];
  while (urgent.ids.length < 25) bench.clock.run(bench.clock.now() + 1);
  // Both have had their share when the third comes.
  const third = ask(2, 1, 15);
  bench.clock.run();
  // Who has a token of the step in which the third is computed.
  expect([least, urgent].map(({ atMs }) => atMs.includes(third.atMs[0]!))).toEqual([false, true]);
});

test.each(['round_robin', 'priority_round_robin'] as const)(
  '%s: everyone ends, however little fits',
  (policy) => {
    const { outcomes, stats } = play(
      Array.from({ length: 12 }, (_, i) => ({ priority: i % 3, input: 30 + 20 * i, answer: 50 })),
      { policy, stepsBeforePreemption: 5, maxSeqs: 4, blocks: 24 },
    );
    expect(outcomes.every(({ ids, end }) => ids.length === 50 && end)).toBe(true);
    expect(stats).toMatchObject({ running: 0, waiting: 0, kvUsage: 0 });
  },
);

describe('round robin with tiers below the GPU', () => {
  const shared = Int32Array.from(privateTokens(1, 161));
  const asked = (promptTokens: Int32Array, maxTokens: number) => ({
    ...{ promptTokens, maxTokens },
    ignoreEos: true,
  });

  /** An engine that has the shared prompt in host memory alone, a copy of which takes a second. */
  function bench(): Bench {
    const offload = offloadSchema.parse({
      preset: 'vllm',
      cpu: { capacityGB: 1, readGBps: (160 * 131_072) / 1e9 },
    });
    const made = new Bench({
      ...{ apiMs: 0, maxSeqs: 1, policy: 'round_robin', stepsBeforePreemption: 10, offload },
    });
    made.ask(asked(shared, 1));
    made.engine.resetPrefixCache();
    return made;
  }

  test('a loaded request has its turn, as one that waits has', () => {
    const made = bench();
    const loading = made.submit(asked(shared, 5));
    const running = made.submit(asked(Int32Array.from(privateTokens(2, 50)), 200));
    made.clock.run();
    expect(loading.end!.hostTokens).toBe(160);
    expect(loading.atMs.at(-1)!).toBeLessThan(running.atMs[120]!);
  });

  test('nobody gives way to a request whose content is still on its way', () => {
    const made = bench();
    const loading = made.submit(asked(shared, 5));
    const running = made.submit(asked(Int32Array.from(privateTokens(2, 50)), 200));
    const waiting = made.submit(asked(shared, 5));
    const startMs = made.clock.now();
    made.clock.run(startMs + 900);
    expect(running.ids.length).toBeGreaterThan(40);
    expect(made.engine.stats.preemptions).toBe(0);
    made.clock.run();
    expect([loading, running, waiting].map(({ ids }) => ids.length)).toEqual([5, 200, 5]);
  });
});
