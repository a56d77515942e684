import { expect, test } from 'vitest';
import { VirtualClock } from '../../../src/base/clock.ts';
import { chainNames } from '../../../src/engine/kv/chain-hash.ts';
import { kvMemory } from '../../../src/engine/kv/memory.ts';
import { Scheduler } from '../../../src/engine/schedule/scheduler.ts';
import { newSequence, type Sequence } from '../../../src/engine/schedule/sequence.ts';
import type { EngineOptions } from '../../../src/scenario/engine.ts';
import { offloadSchema } from '../../../src/scenario/offload.ts';
import { Bench, type Outcome, optionsOf, privateTokens } from '../../support/engine-rig.ts';

// What can go wrong while something is being copied. Every test is named after what did.

type Tiers = Parameters<typeof offloadSchema.parse>[0];

function benchWith(offload: Tiers, options: Partial<EngineOptions> = {}): Bench {
  return new Bench({ apiMs: 0, gpu: 'h100', ...options, offload: offloadSchema.parse(offload) });
}

function asking(owner: number, input: number, answer = 1) {
  const promptTokens = Int32Array.from(privateTokens(owner, input));
  return { promptTokens, maxTokens: answer, ignoreEos: true };
}

const EXCLUSIVE = { preset: 'vllm', inclusive: false } as const;

test('exclusive: what a load takes from the GPU pushed out of the host what was to be loaded', () => {
  // Steps of two blocks, so that what is in motion does not fill the host.
  const options = { blocks: 41, maxBatchedTokens: 32 };
  const bench = benchWith({ ...EXCLUSIVE, cpu: { blocks: 8 } }, options);
  bench.ask(asking(1, 321));
  bench.ask(asking(2, 520));
  // The host has 8 blocks of the first, and as many of the second take their place.
  expect(bench.ask(asking(1, 321)).end!.hostTokens).toBe(8 * 16);
  expect(bench.engine.stats.offload!.tiers[0]).toMatchObject({ usedShare: 1, pinnedShare: 0 });
});

test('a request that gave way to one just loaded stopped the engine', () => {
  const stopped: number[] = [];
  for (let spare = 0; spare < 40; spare++) {
    const bench = benchWith(
      { preset: 'vllm', cpu: { blocks: 4000, readGBps: 0.05 } },
      { blocks: 1 + 20 + 41 + spare, blockTokens: 1 },
    );
    bench.ask(asking(1, 40));
    // Nothing of it is left on the GPU.
    bench.ask(asking(2, 60 + spare));
    const running = bench.submit(asking(3, 20, 40));
    while (running.ids.length === 0) bench.clock.run(bench.clock.now() + 1);
    const loading = bench.submit(asking(1, 40));
    bench.clock.run();
    if (!running.end || !loading.end) stopped.push(spare);
  }
  expect(stopped).toEqual([]);
});

test('a cancelled request left those behind it waiting for somebody else to come', () => {
  const bench = benchWith(
    { preset: 'vllm', cpu: { blocks: 100, writeGBps: 0.01 } },
    { blocks: 51 },
  );
  const holder = bench.submit(asking(1, 640));
  while (!holder.end) bench.clock.run(bench.clock.now() + 1);
  // Its copy takes seconds, and its blocks so long: no room for the large one, nor for the one behind it.
  const large = bench.submit(asking(2, 640));
  const small = bench.submit(asking(3, 32));
  bench.clock.run(bench.clock.now() + 50);
  expect(small.ids).toEqual([]);
  large.cancel();
  bench.clock.run(bench.clock.now() + 50);
  expect(small.end).toBeDefined();
});

test('exclusive: what was on its way down survived a reset of all tiers', () => {
  const slow = { blocks: 100, writeGBps: 0.01 };
  const bench = benchWith({ ...EXCLUSIVE, cpu: slow }, { blocks: 41 });
  const ended = (outcome: Outcome): void => {
    while (!outcome.end) bench.clock.run(bench.clock.now() + 1);
  };
  ended(bench.submit(asking(1, 321)));
  ended(bench.submit(asking(2, 600)));
  expect(bench.engine.stats.offload!.tiers[0]!.pinnedShare).toBeGreaterThan(0);
  expect(bench.engine.resetPrefixCache({ withTiers: true })).toBe(true);
  bench.clock.run();
  expect(bench.engine.stats.offload!.tiers[0]).toMatchObject({ usedShare: 0, pinnedShare: 0 });
  expect(bench.ask(asking(1, 321)).end!.cachedTokens).toBe(0);
});

test('inclusive: what was on its way to the disk survived a reset of all tiers', () => {
  const tiers = { cpu: { blocks: 100 }, disk: { blocks: 100, writeGBps: 0.01, latencyMs: 0 } };
  const bench = benchWith({ preset: 'vllm', ...tiers }, { blocks: 41 });
  const outcome = bench.submit(asking(1, 321));
  while (!outcome.end) bench.clock.run(bench.clock.now() + 1);
  bench.clock.run(bench.clock.now() + 20);
  expect(bench.engine.resetPrefixCache({ withTiers: true })).toBe(true);
  bench.clock.run();
  for (const tier of bench.engine.stats.offload!.tiers) {
    expect(tier).toMatchObject({ usedShare: 0, pinnedShare: 0 });
  }
  expect(bench.ask(asking(1, 321)).end!.cachedTokens).toBe(0);
});

test('exclusive: content that had expired was found again because it moved down', () => {
  const defects = { ...optionsOf().defects, expirySec: 10 };
  const bench = benchWith({ ...EXCLUSIVE, cpu: { blocks: 100 } }, { blocks: 41, defects });
  bench.ask(asking(1, 321));
  bench.clock.setTimeout(() => {}, 11_000);
  bench.clock.run();
  // Takes the blocks of the first.
  bench.ask(asking(2, 600));
  expect(bench.engine.stats.offload!.tiers[0]!.usedShare).toBe(0);
  expect(bench.ask(asking(1, 321)).end!.cachedTokens).toBe(0);
});

test('waiting: a cancelled load was counted until it was complete', () => {
  const bench = benchWith(
    { preset: 'vllm', cpu: { blocks: 400, readGBps: 0.01 } },
    { blocks: 101 },
  );
  bench.ask(asking(1, 801));
  bench.ask(asking(2, 1590));
  const loading = bench.submit(asking(1, 801));
  bench.clock.run(bench.clock.now() + 50);
  expect(bench.engine.stats.waiting).toBe(1);
  loading.cancel();
  expect(bench.engine.stats.waiting).toBe(0);
  expect(bench.engine.stats.kvUsage).toBeGreaterThan(0);
});

test('expiry: moving down made content young again', () => {
  const defects = { ...optionsOf().defects, expirySec: 10 };
  const bench = benchWith({ ...EXCLUSIVE, cpu: { blocks: 100 } }, { blocks: 41, defects });
  const wait = (ms: number): void => {
    bench.clock.setTimeout(() => {}, ms);
    bench.clock.run();
  };
  bench.ask(asking(1, 321));
  wait(6000);
  bench.ask(asking(2, 600));
  expect(bench.engine.stats.offload!.tiers[0]!.usedShare).toBe(0.18);
  wait(6000);
  expect(bench.ask(asking(1, 321)).end!.cachedTokens).toBe(0);
});

test('a store that ended during a cancelled load gave away the blocks that the load was filling', () => {
  const clock = new VirtualClock();
  // A block of four tokens takes 100 ms down and 250 ms up; a step takes one.
  const cpu = { blocks: 100, writeGBps: 0.0004, readGBps: 0.00016 };
  const options = optionsOf({ offload: offloadSchema.parse({ preset: 'vllm', cpu }) });
  const gpu = { blocks: 12, blockTokens: 4, kvBytesPerToken: 10_000 };
  const { pool, offload } = kvMemory(
    clock,
    options,
    { ...gpu, hostReadGBps: 1, hostWriteGBps: 1 },
    (sequence) => scheduler.endCopy(sequence),
  );
  const scheduler = new Scheduler<Sequence>({ pool, offload }, { ...options, blockTokens: 4 });
  const enqueue = (owner: number, input: number, answer: number): Sequence => {
    const tokens = Int32Array.from(privateTokens(owner, input + answer));
    const names = chainNames(tokens, 4, undefined);
    const sequence = newSequence({ tokens, promptTokens: input, names, blockTokens: 4 });
    scheduler.enqueue(sequence);
    return sequence;
  };
  const stepUntil = (isReached: () => boolean): void => {
    for (let step = 0; !isReached(); step++) {
      if (step > 5000) expect.unreachable(`never: ${isReached}`);
      const { rows } = scheduler.schedule();
      clock.run(clock.now() + 1);
      for (const row of rows) {
        row.computedTokens += row.scheduledTokens;
        offload!.computed(row);
        if (row.computedTokens < row.knownTokens) continue;
        row.knownTokens++;
        if (row.knownTokens === row.tokens.length) scheduler.remove(row);
      }
    }
  };
  const earlier = enqueue(1, 16, 1);
  stepUntil(() => earlier.place === 'gone' && pool.freeBlocks === 11);
  const growing = enqueue(2, 4, 40);
  stepUntil(() => growing.place === 'running');
  // Two more blocks than the earlier one: they are stored while it gives way, and is loaded again.
  const cancelled = enqueue(1, 25, 19);
  stepUntil(() => cancelled.place === 'loading');
  expect(scheduler.counters.preemptions).toBe(1);
  expect(growing.place).toBe('gone');
  scheduler.remove(cancelled);
  const held = pool.usableBlocks - pool.freeBlocks;
  expect(held).toBeGreaterThanOrEqual(7);
  stepUntil(() => offload!.stats.tiers[0]!.pinnedShare === 0.04);
  expect(pool.usableBlocks - pool.freeBlocks).toBe(held);
  clock.run();
  expect(pool.freeBlocks).toBe(pool.usableBlocks);
});
