import { expect, test } from 'vitest';
import type { EnginePage } from '../../../src/record/engine-pages.ts';
import type { RunPart } from '../../../src/record/journal-reader.ts';
import { figuresOf } from '../../../src/report/figures/figures.ts';
import { summarise } from '../../../src/report/run-summary.ts';
import { footer, header, turnRecord } from '../../record/sample.ts';

/** Measured for ten seconds, in stretches of 100 ms. */
const TEN_SEC = footer({ measureStartMs: 1000, measureEndMs: 11_000, drainStartMs: 11_000 });

interface Told {
  readonly usage?: number;
  readonly stored?: number;
  readonly prompts?: number;
  readonly cached?: number;
  readonly preemptions?: number;
}

const page = (atMs: number, told: Told): EnginePage => ({
  atMs,
  text: [
    `vllm:kv_cache_usage_perc ${told.usage ?? 0}`,
    `vllm:kv_offload_store_bytes_total ${told.stored ?? 0}`,
    `vllm:prompt_tokens_total ${told.prompts ?? 0}`,
    `vllm:prompt_tokens_cached_total ${told.cached ?? 0}`,
    `vllm:num_preemptions_total ${told.preemptions ?? 0}`,
  ].join('\n'),
});

function part(pages: readonly EnginePage[], number = 0): RunPart {
  const [first, last] = [pages[0]!, pages.at(-1)];
  return {
    header: header({ part: number, originEpochMs: 1e12 + number * 3_600_000 }),
    records: [turnRecord({ sentMs: 2000 })],
    footer: TEN_SEC,
    enginePages: { first, last, all: () => pages },
  };
}

function seriesOf(parts: RunPart[]) {
  const run = { parts, warnings: [] };
  const server = figuresOf(run, summarise(run)).filter(({ name }) => name.startsWith('server-'));
  return Object.fromEntries(
    server.map(({ name, series }) => [name, series.map((one) => one.points)]),
  );
}

test('gauges are where their pages were read; what was counted between two is spread over the time between', () => {
  const series = seriesOf([
    part([
      page(0, { usage: 0.9 }),
      page(2000, { usage: 0.5, stored: 4e9, prompts: 100, cached: 50 }),
      page(4000, { usage: 0.25, stored: 5e9, prompts: 200, cached: 50 }),
      page(12_000, { stored: 5e9, prompts: 200, cached: 50 }),
    ]),
  ]);
  // Of requests and preemptions nothing is known, or nothing was.
  const known = ['server-kv-usage', 'server-cached-share', 'server-transfers'];
  expect(Object.keys(series)).toEqual(known);
  // The first page is before the measuring, the last after it.
  expect(series['server-kv-usage']).toEqual([
    [
      [1, 0.5],
      [3, 0.25],
    ],
  ]);
  const [stored] = series['server-transfers']!;
  // 4 GB in the two seconds until 1 s after measuring began, 1 GB in the two after.
  expect(stored!.find(([x]) => x === 0.5)![1]).toBeCloseTo(2, 9);
  expect(stored!.find(([x]) => x === 2)![1]).toBeCloseTo(0.5, 9);
  expect(stored!.find(([x]) => x === 5)![1]).toBe(0);
  const gigabytes = stored!.reduce((sum, [, perSec]) => sum + 0.1 * perSec, 0);
  expect(gigabytes).toBeCloseTo(2 + 1, 6);
  const [cached] = series['server-cached-share']!;
  expect(cached!.find(([x]) => x === 0.5)![1]).toBeCloseTo(0.5, 9);
  expect(cached!.find(([x]) => x === 2)![1]).toBe(0);
  // Nothing was counted there.
  expect(cached!.find(([x]) => x === 6)).toBeUndefined();
});

test('a run of which no page was kept meanwhile has no such figures', () => {
  expect(seriesOf([part([page(0, {}), page(12_000, { stored: 5e9, preemptions: 3 })])])).toEqual(
    {},
  );
});

test('a resume goes on where the part before it ended, and what lay between counts nowhere', () => {
  const pages = [0, 3000, 12_000].map((atMs, index) => page(atMs, { preemptions: index }));
  const later = [0, 3000, 12_000].map((atMs, index) => page(atMs, { preemptions: 100 + index }));
  const [points] = seriesOf([part(pages), part(later, 1)])['server-preemptions']!;
  const preemptions = points!.reduce((sum, [, perSec]) => sum + 0.2 * perSec, 0);
  expect(points!.at(-1)![0]).toBeCloseTo(19.8, 6);
  // Of each part what fell into its measured time: 2 of 3 s, and 8 of 9.
  expect(preemptions).toBeCloseTo(2 * (2 / 3 + 8 / 9), 6);
});
