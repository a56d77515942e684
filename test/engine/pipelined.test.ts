import fc from 'fast-check';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/base/clock.ts';
import type { Profile } from '../../src/engine/cost/profile.ts';
import { Engine } from '../../src/engine/engine.ts';
import { offloadSchema } from '../../src/scenario/offload.ts';
import { optionsOf, privateTokens, words } from '../support/engine-rig.ts';

/** 10 ms a decode step of any size, 1 ms more a hundred tokens of a prompt; nothing else costs anything. */
const GPU: Profile = {
  description: 'in round numbers',
  ...{ weightsMs: 10, tokenUs: 0, headMs: 0, attentionLaunchMs: 0, contextTokenUs: 0, pairNs: 0 },
  ...{ hostMs: 0, blocks: 1000, kvBytesPerToken: 1e6, hostReadGBps: 1, hostWriteGBps: 1e6 },
  ...{ apiMs: 0, decodeRowUs: 0, graphSizes: [1, 2, 4, 8], asyncScheduling: true },
};

interface Asked {
  readonly atMs: number;
  readonly prompt: number;
  readonly answer: number;
  /** Whose prompt it begins with; default: its own. */
  readonly user?: number;
}

/** When the tokens of each request came. */
function played(profile: Partial<Profile>, asked: readonly Asked[], options = {}) {
  const clock = new VirtualClock();
  const all = optionsOf({ ...options });
  const engine = new Engine(clock, all, words, { profile: { ...GPU, ...profile } });
  const times = asked.map((): number[] => []);
  for (const [index, { atMs, prompt, answer, user = index }] of asked.entries()) {
    clock.run(atMs);
    engine.submit(
      {
        promptTokens: Int32Array.from(privateTokens(user, prompt)),
        ...{ maxTokens: answer, ignoreEos: true },
      },
      { onToken: (_id, _text, nowMs) => times[index]!.push(nowMs), onEnd() {}, onError() {} },
    );
  }
  clock.run();
  return { times, stats: engine.stats };
}

test('the host is hidden below the GPU while it is the faster of the two', () => {
  const one = [{ atMs: 0, prompt: 100, answer: 15 }];
  const [gaps, slow] = [{ hostMs: 9 }, { hostMs: 12 }].map((host) => {
    const [times] = played(host, one).times;
    return times!.slice(1).map((atMs, i) => atMs - times![i]!);
  });
  // The first steps are told of late, as the host launches what follows before it looks.
  expect(gaps!.slice(8, -1)).toEqual([10, 10, 10, 10, 10]);
  expect(slow!.slice(8, -1)).toEqual([12, 12, 12, 12, 12]);
});

test('a request that comes in a step waits for the end of the one behind it, too', () => {
  const { times } = played({}, [
    { atMs: 0, prompt: 100, answer: 20 },
    { atMs: 45, prompt: 100, answer: 1 },
  ]);
  // It comes in the step of 40 to 50 ms; that of 50 to 60 is launched already.
  expect(times[1]).toEqual([70]);
});

test('a step without a CUDA graph takes as long as its launch, and the step before it is told of as late', () => {
  const { times } = played({ eagerLaunchMs: 30 }, [
    { atMs: 0, prompt: 100, answer: 12 },
    { atMs: 75, prompt: 100, answer: 1 },
  ]);
  // Launched from 80 ms, when the step before the last has ended, to 110; that which runs meanwhile ends at 90.
  expect(times[0]!.slice(0, 6)).toEqual([30, 40, 50, 60, 70, 80]);
  expect(times[0]!.slice(6, 8)).toEqual([110, 110]);
  expect(times[1]).toEqual([110]);
});

test('decode batches are padded to the captured size, and larger ones are launched without', () => {
  const gapOf = (rows: number): number => {
    const asked = Array.from({ length: rows }, () => ({ atMs: 0, prompt: 16, answer: 9 }));
    const [times] = played({ paddedRowUs: 1000, eagerLaunchMs: 100 }, asked).times;
    return times![6]! - times![5]!;
  };
  expect([1, 2, 3, 4, 5, 8].map(gapOf).map(Math.round)).toEqual([11, 12, 14, 14, 18, 18]);
  expect(gapOf(9)).toBe(100);
});

test('a load that is complete is seen by the next step that is launched, and computed after it', () => {
  const offload = offloadSchema.parse({ preset: 'vllm', cpu: { capacityGB: 100 } });
  const evicting = { atMs: 1000, prompt: 15_980, answer: 1 };
  const again = { atMs: 2000, prompt: 1601, answer: 1, user: 0 };
  const first = { atMs: 0, prompt: 1601, answer: 1 };
  const busy = { atMs: 1990, prompt: 16, answer: 300 };
  const idle = played({}, [first, evicting, again], { offload }).times[2]![0]!;
  const loaded = played({}, [first, evicting, busy, again], { offload }).times[3]![0]!;
  // 1600 tokens of 1 MB at 1 GB/s, and a step of 10 ms.
  expect(idle - 2000).toBeCloseTo(1600 + 10, 6);
  expect(loaded - idle).toBeGreaterThan(10);
  expect(loaded - idle).toBeLessThanOrEqual(40);
});

test('a prompt that is handed to the tiers keeps the step after it waiting, for every token of it', () => {
  const offload = offloadSchema.parse({ preset: 'vllm', cpu: { capacityGB: 100 } });
  const one = [{ atMs: 0, prompt: 1000, answer: 2 }];
  const [none, some] = [0, 15].map(
    (storeTokenUs) => played({ storeTokenUs }, one, { offload }).times[0]!,
  );
  // 15 ms, longer than the step of 10 ms: its result is read when the next has been launched.
  expect(none).toEqual([10, 20]);
  expect(some).toEqual([15, 25]);
  const without = played({ storeTokenUs: 15 }, one).times[0]!;
  expect(without).toEqual(none);
});

test('the first token comes later through the API, the others do not, and an answer of one token ends with it', () => {
  const late = played({ firstChunkMs: 4 }, [{ atMs: 0, prompt: 100, answer: 3 }]).times[0];
  expect(late).toEqual([14, 20, 30]);
  expect(played({ firstChunkMs: 40 }, [{ atMs: 0, prompt: 100, answer: 2 }]).times[0]).toEqual([
    20, 20,
  ]);
  expect(played({ firstChunkMs: 4 }, [{ atMs: 0, prompt: 100, answer: 1 }]).times[0]).toEqual([14]);
});

test('an answer of one token that comes later still says why it ended', () => {
  const clock = new VirtualClock();
  const profile = { ...GPU, firstChunkMs: 4 };
  const engine = new Engine(clock, optionsOf(), words, { profile });
  const told: unknown[] = [];
  engine.submit(
    { promptTokens: Int32Array.of(1, 2, 3), maxTokens: 1, ignoreEos: true },
    {
      onToken: (_id, _text, atMs, ending) => told.push([atMs, ending?.finishReason]),
      onEnd: (_end, atMs) => told.push(atMs),
      onError() {},
    },
  );
  clock.run();
  expect(told).toEqual([[14, 'length'], 14]);
});

test('launches without a graph take alike for a stretch of time, and then another time within their spread', () => {
  const asked = Array.from({ length: 120 }, (_, i) => ({ atMs: 500 * i, prompt: 100, answer: 1 }));
  const ttftsOf = (stretchMs: number): number[] => {
    const launch = { eagerLaunchMs: 100, eagerLaunchSpread: 0.5, eagerLaunchStretchMs: stretchMs };
    return played(launch, asked).times.map(([first], i) => first! - asked[i]!.atMs);
  };
  const changes = (all: readonly number[]) =>
    all.filter((x, i) => i > 0 && x !== all[i - 1]).length;
  const inStretches = ttftsOf(5000);
  expect(Math.min(...inStretches)).toBeGreaterThanOrEqual(50);
  expect(Math.max(...inStretches)).toBeLessThanOrEqual(150);
  expect(changes(inStretches)).toBe(11);
  expect(changes(ttftsOf(0))).toBe(119);
});

test('the API takes one request after the other, or reads all that it has first', () => {
  const both = Array.from({ length: 2 }, () => ({ atMs: 0, prompt: 1000, answer: 1 }));
  const api = { apiSerialMs: 5, promptTokenUs: 10, apiMs: 3 };
  // With the engine at 18 and 33 ms: the second waits until the step of the first has ended.
  expect(played(api, both).times).toEqual([[28], [43]]);
  // Half of each is read before: with the engine at 25.5 and 33 ms.
  expect(played({ ...api, apiReadShare: 0.5 }, both).times).toEqual([[35.5], [45.5]]);
});

test('whatever is asked, every request gets its tokens, in order, under preemption and tiers too', () => {
  const request = fc.record({
    atMs: fc.integer({ min: 0, max: 300 }),
    prompt: fc.integer({ min: 1, max: 120 }),
    answer: fc.integer({ min: 1, max: 40 }),
    user: fc.integer({ min: 0, max: 3 }),
  });
  const preempted = { count: 0 };
  fc.assert(
    fc.property(
      fc.array(request, { minLength: 1, maxLength: 12 }),
      fc.boolean(),
      (some, hasTier) => {
        const asked = [...some].sort((a, b) => a.atMs - b.atMs);
        const offload = offloadSchema.parse(hasTier ? { preset: 'vllm', cpu: { blocks: 60 } } : {});
        const options = { blocks: 20, offload, maxBatchedTokens: 64, policy: 'fcfs' as const };
        const ahead = { eagerLaunchMs: 25, eagerLaunchSpread: 0.5, transfersInTurn: true };
        const { times, stats } = played(
          { ...ahead, storeTokenUs: 5, hostReadGBps: 5 },
          asked,
          options,
        );
        preempted.count += stats.preemptions;
        expect(times.map(({ length }) => length)).toEqual(asked.map(({ answer }) => answer));
        for (const one of times) expect(one).toEqual([...one].sort((a, b) => a - b));
        expect(stats).toMatchObject({ running: 0, waiting: 0, kvUsage: 0 });
      },
    ),
    { numRuns: 60, seed: 14 },
  );
  expect(preempted.count).toBeGreaterThan(0);
});
