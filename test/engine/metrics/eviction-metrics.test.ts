import { expect, test } from 'vitest';
import { engineMetrics } from '../../../src/engine/metrics/metrics.ts';
import { sampleText } from '../../../src/engine/python-text.ts';
import type { EngineOptions } from '../../../src/scenario/engine.ts';
import { offloadSchema } from '../../../src/scenario/offload.ts';
import { Bench, privateTokens } from '../../support/engine-rig.ts';
import { Heard } from '../heard.ts';
import { type Page, scrape } from './scrape.ts';

const BLOCK = 4;
const USABLE = 10;

/** A pool of ten blocks, what it tells, and its page. */
function small(options: Partial<EngineOptions> = {}) {
  const heard = new Heard();
  let bench: Bench | undefined;
  const { metrics } = engineMetrics((events) => {
    const tiny = { apiMs: 0, gpu: 'h100', blocks: USABLE + 1, blockTokens: BLOCK, ...options };
    bench = new Bench(tiny, [...events, heard]);
    return bench.engine;
  });
  /** Four blocks and a token, a second later. */
  const ask = (owner: number, session?: string): void => {
    bench!.clock.run(bench!.clock.now() + 1000);
    const promptTokens = Int32Array.from(privateTokens(owner, 4 * BLOCK + 1));
    bench!.ask({ promptTokens, maxTokens: 1, ignoreEos: true, session });
  };
  return { ask, heard, page: () => scrape(metrics) };
}

function evicted(page: Page, tier: string): Record<string, number | undefined> {
  const by = (evictor: string) =>
    page.get(`confab:kv_evicted_blocks_total{by="${evictor}",tier="${tier}"}`);
  return { own: by('own'), other: by('other'), unknown: by('unknown') };
}

test('evicted blocks are counted by whose they were: its own session, another, or who can say', async () => {
  const { ask, page } = small();
  expect(evicted(await page(), 'gpu')).toEqual({ own: 0, other: 0, unknown: 0 });
  ask(1, 'a');
  ask(2, 'a');
  // Nine blocks stay, and twelve have been stored.
  ask(3, 'a');
  expect(evicted(await page(), 'gpu')).toEqual({ own: 3, other: 0, unknown: 0 });
  // The last of the first, and three of the second.
  ask(4, 'b');
  expect(evicted(await page(), 'gpu')).toEqual({ own: 3, other: 4, unknown: 0 });
  ask(5);
  expect(evicted(await page(), 'gpu')).toEqual({ own: 3, other: 4, unknown: 4 });
});

test('lifetimes, idle times and gaps are those of the blocks that were told', async () => {
  const { ask, heard, page } = small();
  for (const owner of [1, 1, 2, 1, 3, 4, 2, 5, 1, 1, 1, 1, 1, 1, 6, 7, 8]) ask(owner, `s${owner}`);
  const told = heard.of('gpu');
  const gaps = told.flatMap(({ foundMs }) => foundMs.slice(1).map((ms, i) => ms - foundMs[i]!));
  expect(gaps.length).toBeGreaterThan(0);
  const all = await page();
  for (const [name, list] of [
    ['lifetime', told.map(({ atMs, storedMs }) => atMs - storedMs)],
    ['idle_before_evict', told.map((one) => one.atMs - (one.foundMs.at(-1) ?? one.storedMs))],
    ['reuse_gap', gaps],
  ] as const) {
    const seconds = list.reduce((sum, ms) => sum + ms / 1000, 0);
    expect(all.get(`vllm:kv_block_${name}_seconds_count`)).toBe(list.length);
    expect(all.get(`vllm:kv_block_${name}_seconds_sum`)).toBeCloseTo(seconds, 9);
    // All are whole seconds, and some milliseconds of steps: none lies near a bound below 10.
    for (const le of [0.5, 2, 5, 10]) {
      const upTo = list.filter((ms) => ms <= 1000 * le).length;
      expect(all.get(`vllm:kv_block_${name}_seconds_bucket{le="${sampleText(le)}"}`)).toBe(upTo);
    }
  }
});

test('what tiers lose is counted in blocks of the GPU, and is in no histogram', async () => {
  const offload = offloadSchema.parse({
    ...{ preset: 'vllm', chunkTokens: 2 * BLOCK },
    cpu: { blocks: 12, readGBps: 1e6, writeGBps: 1e6, latencyMs: 0 },
  });
  const { ask, page } = small({ offload });
  for (const owner of [1, 2, 3, 4, 5]) ask(owner, `s${owner}`);
  const all = await page();
  expect(evicted(all, 'gpu')).toEqual({ own: 0, other: 5 * 4 - 9, unknown: 0 });
  expect(evicted(all, 'cpu')).toEqual({ own: 0, other: 5 * 4 - 12, unknown: 0 });
  expect(evicted(all, 'disk')).toEqual({});
  expect(all.get('vllm:kv_block_lifetime_seconds_count')).toBe(5 * 4 - 9);
});
