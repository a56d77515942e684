import { expect, test } from 'vitest';
import type { EngineOptions } from '../../../src/scenario/engine.ts';
import { offloadSchema } from '../../../src/scenario/offload.ts';
import { Bench, privateTokens } from '../../support/engine-rig.ts';

type Offload = Parameters<typeof offloadSchema.parse>[0];

function benchWith(offload: Offload, options: Partial<EngineOptions> = {}): Bench {
  return new Bench({
    apiMs: 0,
    gpu: 'rtxpro6000',
    ...options,
    offload: offloadSchema.parse(offload),
  });
}

function asking(owner: number, input: number, answer = 1) {
  const promptTokens = Int32Array.from(privateTokens(owner, input));
  return { promptTokens, maxTokens: answer, ignoreEos: true };
}

/** So many tokens of others, so that nothing else is left on the GPU. */
function flood(bench: Bench, tokens: number): void {
  for (let owner = 500; tokens > 0; owner++, tokens -= 1000) bench.ask(asking(owner, 1000));
}

const CPU = { preset: 'vllm', cpu: { capacityGB: 100, readGBps: 10, writeGBps: 10 } } as const;
const BLOCK_BYTES = 16 * 131_072;

test('what the GPU has lost comes back from the host, in the time that the link needs', () => {
  const bench = benchWith(CPU, { blocks: 201 });
  const cold = bench.ask(asking(1, 1601)).atMs[0]!;
  flood(bench, 4000);
  const startMs = bench.clock.now();
  const { end, atMs } = bench.ask(asking(1, 1601));
  expect(end).toMatchObject({ cachedTokens: 1600, hostTokens: 1600, storageTokens: 0 });
  const loadMs = (100 * BLOCK_BYTES) / 10e6;
  expect(atMs[0]! - startMs).toBeGreaterThan(loadMs);
  expect(atMs[0]! - startMs).toBeLessThan(loadMs + 15);
  expect(cold).toBeGreaterThan(atMs[0]! - startMs);
  expect(bench.engine.stats.offload).toMatchObject({
    hitTokens: 1600,
    loadedBytes: 100 * BLOCK_BYTES,
  });
  expect(bench.engine.stats.offload!.loadMs).toBeCloseTo(loadMs, 6);
});

test('counters: a lookup below counts what the GPU lacks, and what is found there', () => {
  const bench = benchWith(CPU, { blocks: 201 });
  bench.ask(asking(1, 1601));
  bench.ask(asking(1, 1601));
  flood(bench, 4000);
  const before = bench.engine.stats;
  bench.ask(asking(1, 1601));
  const { offload, prefixHits, prefixQueries, externalHitTokens } = bench.engine.stats;
  expect(prefixQueries - before.prefixQueries).toBe(1601);
  expect(prefixHits - before.prefixHits).toBe(0);
  expect(offload!.queryTokens - before.offload!.queryTokens).toBe(1601);
  expect(offload!.hitTokens - before.offload!.hitTokens).toBe(1600);
  expect(externalHitTokens - before.externalHitTokens).toBe(1600);
  // The second time all of it was on the GPU: one token was left to ask for.
  expect(before.offload!.queryTokens).toBe(1601 + 1 + 4000);
});

test('the GPU goes first, and only what follows its hits is loaded', () => {
  const bench = benchWith(CPU, { blocks: 201 });
  bench.ask(asking(1, 1601));
  // Takes the tail of the other's chain, and leaves its head.
  bench.ask(asking(2, 2400));
  const { end } = bench.ask(asking(1, 1601));
  expect(end!.cachedTokens).toBe(1600);
  expect(end!.hostTokens).toBeGreaterThan(0);
  expect(end!.hostTokens).toBeLessThan(1600);
  expect(bench.engine.stats.offload!.loadedBytes).toBe(end!.hostTokens * 131_072);
});

test('loads go on while others run, and do not hold up those behind them', () => {
  const bench = benchWith(
    { preset: 'vllm', cpu: { capacityGB: 100, readGBps: 0.1 } },
    { blocks: 301 },
  );
  bench.ask(asking(1, 1601));
  flood(bench, 5000);
  const loading = bench.submit(asking(1, 1601));
  const behind = bench.submit(asking(3, 500, 20));
  bench.clock.run();
  expect(behind.atMs.at(-1)!).toBeLessThan(loading.atMs[0]!);
  expect(loading.end!.hostTokens).toBe(1600);
});

test('a request whose content is on its way for another waits for it, and then hits the GPU', () => {
  const bench = benchWith(CPU, { blocks: 401 });
  bench.ask(asking(1, 1601));
  flood(bench, 7000);
  const first = bench.submit(asking(1, 1601));
  const second = bench.submit(asking(1, 1601));
  bench.clock.run();
  expect(first.end!.hostTokens).toBe(1600);
  expect(second.end).toMatchObject({ cachedTokens: 1600, hostTokens: 0 });
  expect(bench.engine.stats.offload!.loadedBytes).toBe(100 * BLOCK_BYTES);
});

test('two loads at once share the link', () => {
  const slow = { preset: 'vllm', cpu: { capacityGB: 100, readGBps: 1 } } as const;
  const loadMs = (owners: number[]): number => {
    const bench = benchWith(slow, { blocks: 301 });
    for (const owner of [1, 2]) bench.ask(asking(owner, 1601));
    flood(bench, 5000);
    const startMs = bench.clock.now();
    const outcomes = owners.map((owner) => bench.submit(asking(owner, 1601)));
    bench.clock.run();
    return Math.max(...outcomes.map(({ atMs }) => atMs[0]!)) - startMs;
  };
  const [alone, both] = [loadMs([1]), loadMs([1, 2])];
  expect(both / alone).toBeGreaterThan(1.9);
  expect(both / alone).toBeLessThan(2.1);
});

test('a cancelled load gives its blocks back when it is complete', () => {
  const bench = benchWith(
    { preset: 'vllm', cpu: { capacityGB: 100, readGBps: 0.1 } },
    { blocks: 201 },
  );
  bench.ask(asking(1, 1601));
  flood(bench, 4000);
  const outcome = bench.submit(asking(1, 1601));
  bench.clock.run(bench.clock.now() + 100);
  outcome.cancel();
  expect(bench.engine.stats.kvUsage).toBeGreaterThan(0);
  bench.clock.run();
  expect(bench.engine.stats).toMatchObject({ kvUsage: 0, running: 0, waiting: 0 });
  expect(outcome.ids).toEqual([]);
});

test.each([
  ['vllm', 100],
  ['lmcache', 0],
  ['hicache', 100 + 39],
] as const)(
  '%s: of 100 prompt tokens and 40 generated ones, %d are found below the GPU',
  (preset, tokens) => {
    const bench = benchWith({ preset, cpu: { capacityGB: 100 } }, { blocks: 201 });
    const { ids } = bench.ask(asking(1, 100, 40));
    flood(bench, 4000);
    const promptTokens = Int32Array.from([...privateTokens(1, 100), ...ids, 7]);
    const { end } = bench.ask({ promptTokens, maxTokens: 1, ignoreEos: true });
    expect(end!.hostTokens).toBe(Math.floor(tokens / 16) * 16);
  },
);

test('lmcache: hits are whole chunks of 256 tokens, but for what the GPU has of the first', () => {
  const bench = benchWith({ preset: 'lmcache', cpu: { capacityGB: 100 } }, { blocks: 201 });
  bench.ask(asking(1, 1000));
  flood(bench, 4000);
  expect(bench.ask(asking(1, 1000)).end).toMatchObject({ cachedTokens: 768, hostTokens: 768 });
  // The last chunk counts only when a token is left to compute.
  bench.ask(asking(2, 1024));
  flood(bench, 4000);
  expect(bench.ask(asking(2, 1024)).end!.hostTokens).toBe(768);
});

test('generated tokens are stored when they come back as prompt', () => {
  const bench = benchWith(CPU, { blocks: 201 });
  const { ids } = bench.ask(asking(1, 100, 60));
  const second = Int32Array.from([...privateTokens(1, 100), ...ids, 7, 8]);
  bench.ask({ promptTokens: second, maxTokens: 1, ignoreEos: true });
  flood(bench, 4000);
  const { end } = bench.ask({ promptTokens: second, maxTokens: 1, ignoreEos: true });
  expect(end!.hostTokens).toBe(160);
});

test('a threshold of two stores what is seen for the second time', () => {
  const bench = benchWith({ ...CPU, storeThreshold: 2 }, { blocks: 201 });
  const foundNext = (): number => {
    flood(bench, 4000);
    return bench.ask(asking(1, 1601)).end!.hostTokens;
  };
  bench.ask(asking(1, 1601));
  expect(bench.engine.stats.offload!.storedBytes).toBe(0);
  expect([foundNext(), foundNext()]).toEqual([0, 1600]);
});

test('a request that waits for room is seen once, however often it is looked up', () => {
  const bench = benchWith({ ...CPU, storeThreshold: 2 }, { blocks: 201 });
  const running = bench.submit(asking(1, 1601, 400));
  const waiting = bench.submit(asking(2, 1601));
  bench.clock.run();
  expect(waiting.atMs[0]!).toBeGreaterThan(running.atMs.at(-1)!);
  const { offload } = bench.engine.stats;
  expect(offload).toMatchObject({ storedBytes: 0, deferredStores: 200 });
  expect(offload!.tiers[0]).toMatchObject({ chunkQueries: 2, chunkHits: 0 });
});

test('from the disk content comes through the host, one copy after the other, and stays there', () => {
  const tiers = {
    preset: 'vllm',
    cpu: { blocks: 120, readGBps: 10 },
    disk: { capacityGB: 100, readGBps: 1, latencyMs: 0 },
  } as const;
  const bench = benchWith(tiers, { blocks: 151 });
  bench.ask(asking(1, 1601));
  flood(bench, 4000);
  const startMs = bench.clock.now();
  const fromDisk = bench.ask(asking(1, 1601));
  expect(fromDisk.end).toMatchObject({ hostTokens: 0, storageTokens: 1600 });
  const bytes = 100 * BLOCK_BYTES;
  expect(fromDisk.atMs[0]! - startMs).toBeGreaterThan(bytes / 1e6 + bytes / 10e6);
  expect(fromDisk.atMs[0]! - startMs).toBeLessThan(bytes / 1e6 + bytes / 10e6 + 15);
  bench.engine.resetPrefixCache();
  expect(bench.ask(asking(1, 1601)).end).toMatchObject({ hostTokens: 1600, storageTokens: 0 });
});

test('chunks are skipped, and counted, when all of a tier is being copied', () => {
  const bench = benchWith({ preset: 'vllm', cpu: { blocks: 10, writeGBps: 0.01 } });
  bench.ask(asking(1, 1601));
  expect(bench.engine.stats.offload).toMatchObject({
    skippedStores: 90,
    storedBytes: 10 * BLOCK_BYTES,
  });
});

test('a finished request keeps its blocks until their copies are complete', () => {
  const bench = benchWith({ preset: 'vllm', cpu: { capacityGB: 100, writeGBps: 0.1 } });
  const outcome = bench.submit(asking(1, 1601));
  bench.clock.run(1000);
  expect(outcome.end).toBeDefined();
  expect(bench.engine.stats).toMatchObject({ running: 0 });
  expect(bench.engine.stats.kvUsage).toBeGreaterThan(0);
  bench.clock.run();
  expect(bench.engine.stats.kvUsage).toBe(0);
});

test('the tiers are forgotten only when that is asked for', () => {
  const bench = benchWith(CPU);
  bench.ask(asking(1, 1601));
  expect(bench.engine.resetPrefixCache()).toBe(true);
  expect(bench.ask(asking(1, 1601)).end!.hostTokens).toBe(1600);
  expect(bench.engine.resetPrefixCache({ withTiers: true })).toBe(true);
  expect(bench.ask(asking(1, 1601)).end!.cachedTokens).toBe(0);
});

test.each([
  [{ cpu: { capacityGB: 1 } }, /engine\.offload\.cpu: found without engine\.offload\.preset/],
  [{ preset: 'vllm' }, /found preset 'vllm' without a tier; expected cpu, disk or remote/],
  [
    { preset: 'vllm', cpu: {} },
    /engine\.offload\.cpu: found no capacity; expected capacityGB or blocks/,
  ],
  [{ preset: 'vllm', disk: { blocks: 1, capacityGB: 1 } }, /expected one of them/],
  [
    { preset: 'vllm', chunkTokens: 100, cpu: { blocks: 9 } },
    /chunkTokens: found 100; expected a multiple of engine\.blockTokens, 16/,
  ],
  [
    { preset: 'lmcache', cpu: { blocks: 9 } },
    /found room for no chunk; expected at least 0\.034 GB, one chunk of 256 tokens/,
  ],
  [
    { preset: 'lmcache', inclusive: false, cpu: { blocks: 99 } },
    /chunkTokens: found 256; expected 16, the GPU's block/,
  ],
  [
    { preset: 'vllm', inclusive: false, promptOnly: true, cpu: { blocks: 99 } },
    /promptOnly: found true; expected false/,
  ],
  [
    { preset: 'vllm', inclusive: false, storeThreshold: 2, cpu: { blocks: 99 } },
    /storeThreshold: found 2; expected 1/,
  ],
] as [Offload, RegExp][])('%j is refused', (offload, message) => {
  expect(() => benchWith(offload)).toThrow(message);
});

test('tiers without prefix caching are refused', () => {
  expect(() => benchWith(CPU, { prefixCaching: false })).toThrow(/prefixCaching: found false/);
});

test('hicache has a host tier of twice the GPU by default', () => {
  const bench = benchWith({ preset: 'hicache' }, { blocks: 101 });
  flood(bench, 4000);
  const [host] = bench.engine.stats.offload!.tiers;
  expect(host).toMatchObject({ medium: 'cpu', usedShare: 1 });
  expect(bench.engine.stats.offload!.storedBytes).toBe(4 * 62 * BLOCK_BYTES);
});
