import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/base/clock.ts';
import { Cluster } from '../../src/engine/cluster.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { EngineRequest } from '../../src/engine/serving.ts';
import { defectsSchema } from '../../src/scenario/defects.ts';
import type { EngineOptions } from '../../src/scenario/engine.ts';
import { Bench, optionsOf, privateTokens, words } from '../support/engine-rig.ts';

function asking(owner: number, input: number, session?: string): EngineRequest {
  const promptTokens = Int32Array.from(privateTokens(owner, input));
  return { promptTokens, maxTokens: 1, ignoreEos: true, session };
}

test('expiry: what nobody used for so long is not found any more, also below the GPU', () => {
  const bench = new Bench({
    blocks: 1000,
    defects: defectsSchema.parse({ expirySec: 10 }),
    offload: { preset: 'hicache' },
  });
  const askAfter = (sec: number): number => {
    bench.clock.run(bench.clock.now() + sec * 1000);
    return bench.ask(asking(1, 801)).end!.cachedTokens;
  };
  expect([askAfter(0), askAfter(9), askAfter(9), askAfter(11), askAfter(1)]).toEqual([
    0, 800, 800, 0, 800,
  ]);
});

test('expiry: the part that others keep using stays', () => {
  const bench = new Bench({ defects: defectsSchema.parse({ expirySec: 10 }) });
  const shared = privateTokens(99, 160);
  const ask = (owner: number): number => {
    const promptTokens = Int32Array.from([...shared, ...privateTokens(owner, 161)]);
    return bench.ask({ promptTokens, maxTokens: 1, ignoreEos: true }).end!.cachedTokens;
  };
  expect(ask(1)).toBe(0);
  for (const owner of [2, 3]) {
    bench.clock.run(bench.clock.now() + 8000);
    expect(ask(owner)).toBe(160);
  }
  expect(ask(1)).toBe(160);
});

test('primed: a share of the sessions finds its first prompt in the cache, and only its first', () => {
  const bench = new Bench({ blocks: 20_000, defects: defectsSchema.parse({ primed: 0.4 }) });
  const users = Array.from({ length: 200 }, (_, user) => user);
  const first = users.map((user) => bench.ask(asking(user, 161, `${user}`)).end!.cachedTokens);
  const share = first.filter((tokens) => tokens === 160).length / users.length;
  expect(share).toBeGreaterThan(0.3);
  expect(share).toBeLessThan(0.5);
  expect(first.filter((tokens) => tokens === 0).length).toBe(200 * (1 - share));
  const later = users.map(
    (user) => bench.ask(asking(user + 1000, 161, `${user}`)).end!.cachedTokens,
  );
  expect(later.every((tokens) => tokens === 0)).toBe(true);
});

function cluster(count: number, routing: EngineOptions['replicas']['routing']): Cluster {
  const clock = new VirtualClock();
  const options = optionsOf({ replicas: { count, routing }, apiMs: 0 });
  const engines = Array.from({ length: count }, () => new Engine(clock, options, words));
  return new Cluster(engines as [Engine, ...Engine[]]);
}

/** Share of the turns after the first that hit, of 100 sessions of 6 turns with the same prompt. */
function hitShare(engines: Cluster): number {
  let hits = 0;
  for (let turn = 0; turn < 6; turn++) {
    for (let user = 0; user < 100; user++) {
      engines.submit(asking(user, 161, `${user}`), {
        onToken() {},
        onEnd(end) {
          if (turn > 0 && end.cachedTokens > 0) hits++;
        },
        onError: (error) => expect.unreachable(error.message),
      });
      (engines.clock as VirtualClock).run();
    }
  }
  return hits / 500;
}

test('replicas: a session stays on one, or its turns scatter', () => {
  expect(hitShare(cluster(1, 'random'))).toBe(1);
  expect(hitShare(cluster(4, 'session'))).toBe(1);
  // Turn k + 1 hits if any of the k before went to the same of 4: mean of 1 - (3/4)^k over k = 1 to 5.
  const expected = [1, 2, 3, 4, 5].reduce((sum, k) => sum + 1 - 0.75 ** k, 0) / 5;
  expect(hitShare(cluster(4, 'random'))).toBeGreaterThan(expected - 0.07);
  expect(hitShare(cluster(4, 'random'))).toBeLessThan(expected + 0.07);
  // 100 users in turn over 3: the next turn is always one further, and comes round after 3.
  expect(hitShare(cluster(3, 'roundRobin'))).toBe(3 / 5);
});

test('replicas: all are used', () => {
  for (const routing of ['random', 'roundRobin', 'session'] as const) {
    const engines = cluster(4, routing);
    hitShare(engines);
    expect(Math.min(...engines.engines.map(({ stats }) => stats.promptTokens))).toBeGreaterThan(0);
  }
});

test('lateBlocks: what a request computes is found when it has ended, and not before', () => {
  const found = (lateBlocks: boolean): (number | undefined)[] => {
    const bench = new Bench({ apiMs: 0, defects: defectsSchema.parse({ lateBlocks }) });
    const first = bench.submit({ ...asking(1, 801), maxTokens: 200 });
    bench.clock.run(1000);
    const beside = bench.submit(asking(1, 801));
    bench.clock.run();
    const after = bench.ask(asking(1, 801));
    return [first, beside, after].map(({ end }) => end?.cachedTokens);
  };
  expect(found(false)).toEqual([0, 800, 800]);
  expect(found(true)).toEqual([0, 0, 800]);
});

test('unloaded: a share of requests loads nothing from below the GPU, though it is there', () => {
  const externalShare = (unloaded: number): number => {
    const bench = new Bench({
      blocks: 100,
      defects: defectsSchema.parse({ unloaded }),
      offload: { preset: 'vllm', cpu: { blocks: 20_000 } },
    });
    const users = Array.from({ length: 60 }, (_, user) => user);
    for (const user of users) bench.ask(asking(user, 801));
    const again = users.map((user) => bench.ask(asking(user, 801)).end!);
    return again.filter(({ hostTokens }) => hostTokens > 0).length / users.length;
  };
  expect(externalShare(0)).toBe(1);
  expect(externalShare(1)).toBe(0);
  expect(externalShare(0.5)).toBeGreaterThan(0.3);
  expect(externalShare(0.5)).toBeLessThan(0.7);
});
