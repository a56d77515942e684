import { describe, expect, test } from 'vitest';
import { type EvictionsSummary, evictionsOf as evictionsIn } from '../../src/server/evictions.ts';
import { serverOf, type WatchedPart } from '../../src/server/server.ts';
import { watchedPart } from './watched.ts';

function evictionsOf(watched: readonly WatchedPart[]): EvictionsSummary | undefined {
  const server = serverOf(watched, false);
  return server && evictionsIn(server.summary);
}

interface Told {
  readonly own?: number;
  readonly other?: number;
  readonly unknown?: number;
  /** Seconds of lifetime, each a whole number. */
  readonly lifetimes?: readonly number[];
}

/** As the embedded engine's page says it; `engine` is a label among others. */
function page({ own = 0, other = 0, unknown = 0, lifetimes = [] }: Told, engine = '0'): string {
  const labels = `model_name="m",engine="${engine}"`;
  const upTo = (bound: number) => lifetimes.filter((seconds) => seconds <= bound).length;
  return [
    '# TYPE confab:kv_evicted_blocks_total counter',
    `confab:kv_evicted_blocks_total{tier="gpu",by="own",${labels}} ${own}`,
    `confab:kv_evicted_blocks_total{tier="gpu",by="other",${labels}} ${other}`,
    `confab:kv_evicted_blocks_total{tier="gpu",by="unknown",${labels}} ${unknown}`,
    '# TYPE vllm:kv_block_lifetime_seconds histogram',
    ...[1, 10].map(
      (le) => `vllm:kv_block_lifetime_seconds_bucket{le="${le}",${labels}} ${upTo(le)}`,
    ),
    `vllm:kv_block_lifetime_seconds_bucket{le="+Inf",${labels}} ${lifetimes.length}`,
    `vllm:kv_block_lifetime_seconds_sum{${labels}} ${lifetimes.reduce((sum, one) => sum + one, 0)}`,
    `vllm:kv_block_lifetime_seconds_count{${labels}} ${lifetimes.length}`,
    `vllm:kv_block_lifetime_seconds_created{${labels}} 1.7e9`,
  ].join('\n');
}

function watched(
  [first, last]: readonly [string, string],
  place: { url?: string; fromMs?: number; toMs?: number; originEpochMs?: number } = {},
): WatchedPart {
  const { fromMs = 0, toMs = 1000, ...more } = place;
  return watchedPart(
    [
      { atMs: fromMs, text: first },
      { atMs: toMs, text: last },
    ],
    more,
  );
}

describe('one part', () => {
  test('is told what came after the first page, whatever was counted before', () => {
    const before = page({ own: 5, other: 7, lifetimes: [1, 9] });
    const after = page({ own: 6, other: 9, lifetimes: [1, 9, 1, 3, 5] });
    expect(evictionsOf([watched([before, after])])).toEqual({
      blocks: { gpu: { total: 3, own: 1, other: 2, unknown: 0 } },
      lifetimeSec: {
        ...{ count: 3, mean: 3, p50: 3.25, p99: expect.closeTo(9.865, 9) },
        ...{ p50Within: [1, 10], p99Within: [1, 10] },
      },
    });
  });

  test('is told how many blocks had no session, and of each memory by itself', () => {
    const disk = (count: number) =>
      `confab:kv_evicted_blocks_total{tier="disk",by="other",engine="0"} ${count}`;
    const [before, after] = [page({ own: 1 }), page({ own: 2, other: 3, unknown: 4 })];
    expect(evictionsOf([watched([before, `${after}\n${disk(7)}`])])?.blocks).toEqual({
      gpu: { total: 8, own: 1, other: 3, unknown: 4 },
      // What a page does not name is 0.
      disk: { total: 7, own: 0, other: 7, unknown: 0 },
    });
  });

  test('has a mean of 0 where the engine tells no sum, and no times without a count', () => {
    const name = 'vllm:kv_block_reuse_gap_seconds';
    const buckets = [1, 10].map((le) => `${name}_bucket{le="${le}"} 2`).join('\n');
    expect(evictionsOf([watched(['', `${buckets}\n${name}_count 2`])])).toEqual({
      reuseGapSec: {
        ...{ count: 2, mean: 0, p50: 0.5, p99: expect.closeTo(0.99, 9) },
        ...{ p50Within: [0, 1], p99Within: [0, 1] },
      },
    });
    expect(evictionsOf([watched(['', buckets])])).toBeUndefined();
  });

  test('of an engine that was started again has what the new one counted', () => {
    const told = watched([page({ own: 5, other: 1 }), page({ own: 4, other: 3 })]);
    expect(evictionsOf([told])?.blocks?.['gpu']).toEqual({
      total: 6,
      own: 4,
      other: 2,
      unknown: 0,
    });
  });

  test('sums up the engines behind one address', () => {
    const both = (told: Told) => `${page(told, '0')}\n${page(told, '1')}`;
    const { blocks, lifetimeSec } = evictionsOf([
      watched([both({}), both({ own: 1, other: 3, lifetimes: [1, 9] })]),
    ])!;
    expect(blocks).toEqual({ gpu: { total: 8, own: 2, other: 6, unknown: 0 } });
    expect(lifetimeSec).toMatchObject({ count: 4, mean: 5 });
  });

  test('is unknown without pages, or with pages that do not tell', () => {
    expect(evictionsOf([watchedPart([])])).toBeUndefined();
    expect(evictionsOf([watched(['up 1', 'up 1'])])).toBeUndefined();
  });

  test('needs both of its pages, and asks nothing of when a series was created', () => {
    expect(evictionsOf([watchedPart([{ atMs: 0, text: page({ own: 1 }) }])])).toBeUndefined();
    const created = (at: number) => `vllm:kv_block_lifetime_seconds_created{le="x"} ${at}`;
    const told = [`${page({})}\n${created(9)}`, `${page({ own: 1 })}\n${created(3)}`] as const;
    expect(evictionsOf([watched(told)])?.blocks?.['gpu']?.total).toBe(1);
  });

  test('of a vLLM with --kv-cache-metrics has the times of its sample, and no count of blocks', () => {
    const told = (count: number) => `# HELP vllm:kv_block_idle_before_evict_seconds Histogram
# TYPE vllm:kv_block_idle_before_evict_seconds histogram
vllm:kv_block_idle_before_evict_seconds_bucket{engine="0",le="0.001",model_name="m"} 0.0
vllm:kv_block_idle_before_evict_seconds_bucket{engine="0",le="2.0",model_name="m"} ${count}.0
vllm:kv_block_idle_before_evict_seconds_bucket{engine="0",le="+Inf",model_name="m"} ${count}.0
vllm:kv_block_idle_before_evict_seconds_count{engine="0",model_name="m"} ${count}.0
vllm:kv_block_idle_before_evict_seconds_sum{engine="0",model_name="m"} ${1.5 * count}`;
    expect(evictionsOf([watched([told(2), told(6)])])).toEqual({
      idleSec: {
        count: 4,
        mean: 1.5,
        p50: expect.closeTo(1.0005, 9),
        p99: expect.closeTo(1.98, 2),
        ...{ p50Within: [0.001, 2], p99Within: [0.001, 2] },
      },
    });
  });
});

describe('several parts', () => {
  const one = [page({ other: 1 }), page({ other: 4 })] as const;

  test('with an engine each add up, whenever they ran', () => {
    expect(evictionsOf([watched(one), watched(one)])!.blocks!['gpu']!.total).toBe(6);
  });

  test('are unknown if one of them is', () => {
    const untold = watchedPart([]);
    expect(evictionsOf([watched(one), untold])).toBeUndefined();
  });

  test('that watched the same engine at the same time have seen the same once', () => {
    const place = { url: 'http://e', originEpochMs: 5000 };
    const parts = [
      watched([page({ other: 3 }), page({ other: 9 })], { ...place, fromMs: 500, toMs: 2000 }),
      watched([page({ other: 1 }), page({ other: 8 })], { ...place, fromMs: 0, toMs: 1900 }),
      watched([page({ other: 4 }), page({ other: 5 })], { ...place, fromMs: 600, toMs: 700 }),
    ];
    expect(evictionsOf(parts)!.blocks!['gpu']!.total).toBe(8);
    const elsewhere = parts.map((part, i) => ({ ...part, url: `http://e${i}` }));
    expect(evictionsOf(elsewhere)!.blocks!['gpu']!.total).toBe(6 + 7 + 1);
  });

  test('that met at one instant have seen the same, a moment later they have not', () => {
    const place = { url: 'http://e' };
    const [first, last] = [page({ other: 1 }), page({ other: 4 })];
    const parts = (fromMs: number) => [
      watched([first, last], { ...place, fromMs: 0, toMs: 1000 }),
      watched([page({ other: 5 }), page({ other: 7 })], { ...place, fromMs, toMs: 2000 }),
    ];
    expect(evictionsOf(parts(1000))!.blocks!['gpu']!.total).toBe(6);
    expect(evictionsOf(parts(1001))!.blocks!['gpu']!.total).toBe(5);
  });

  test('that watched it one after the other, as resumes do, leave out what came in between', () => {
    const place = { url: 'http://e' };
    const parts = [
      watched([page({ other: 1 }), page({ other: 4 })], { ...place, originEpochMs: 0 }),
      watched([page({ other: 100 }), page({ other: 102 })], { ...place, originEpochMs: 60_000 }),
    ];
    expect(evictionsOf(parts)!.blocks!['gpu']!.total).toBe(5);
  });
});
