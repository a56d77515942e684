import { expect, test } from 'vitest';
import type { EnginePage } from '../../src/record/engine-pages.ts';
import { type ServerSummary, serverOf } from '../../src/server/server.ts';
import { watchedPart } from './watched.ts';

interface Told {
  readonly prompts?: number;
  readonly running?: number;
  readonly startedSec?: number;
}

const text = ({ prompts = 0, running = 0, startedSec }: Told): string =>
  [
    ...(startedSec === undefined ? [] : [`process_start_time_seconds ${startedSec}`]),
    `vllm:prompt_tokens_total{engine="0"} ${prompts}`,
    `vllm:num_requests_running{engine="0"} ${running}`,
  ].join('\n');

const page = (atMs: number, told: Told, source?: string): EnginePage => ({
  ...{ atMs, text: text(told) },
  ...(source !== undefined && { source }),
});

const summaryOf = (...pages: EnginePage[]): ServerSummary =>
  serverOf([watchedPart(pages)], false)!.summary;

test('a server that was started again is named, with the pages that it was between', () => {
  const { restarts, counters } = summaryOf(
    page(0, { prompts: 100 }),
    page(5000, { prompts: 150 }),
    page(10_000, { prompts: 20 }),
    page(15_000, { prompts: 60 }),
  );
  expect(restarts).toEqual([{ afterMs: 5000, beforeMs: 10_000 }]);
  expect(counters.promptTokens).toEqual({ total: 50 + 60 });
});

test('one that has counted more than its predecessor since says so by when it began', () => {
  const told = (startedSec: number, prompts: number) => ({ startedSec, prompts });
  const { restarts, counters } = summaryOf(page(0, told(10, 5)), page(5000, told(20, 50)));
  expect(restarts).toEqual([{ afterMs: 0, beforeMs: 5000 }]);
  expect(counters.promptTokens).toEqual({ total: 50 });
});

test('one that was started before the run, and never again, is none', () => {
  const told = (prompts: number) => ({ startedSec: 10, prompts });
  expect(summaryOf(page(0, told(5)), page(5000, told(50)))).toMatchObject({
    restarts: [],
    counters: { promptTokens: { total: 45 } },
  });
});

test('pages of several servers are added up, each from its own first', () => {
  const [a, b] = ['http://a/metrics', 'http://b/metrics'];
  const { sources, pages, counters, gauges } = summaryOf(
    page(0, { prompts: 100 }),
    page(1, { prompts: 1000 }, a),
    page(5000, { prompts: 110, running: 2 }),
    page(5001, { prompts: 1020, running: 3 }, a),
    page(5002, { prompts: 7, running: 9 }, b),
    page(9000, { prompts: 111 }),
    page(9001, { prompts: 1030 }, a),
  );
  expect({ sources, pages }).toEqual({ sources: [a, b], pages: 7 });
  expect(counters.promptTokens).toEqual({ total: 11 + 30 });
  // The only page of b is its first.
  expect(gauges.running).toMatchObject({ min: 2 + 0, max: 2 + 3 });
});

test('two engines behind one page with the same labels are two', () => {
  const both = (one: number, other: number) => ({
    text: `# a\n${text({ prompts: one })}\n# b\n${text({ prompts: other })}`,
  });
  const { counters, restarts } = summaryOf(
    { atMs: 0, ...both(100, 5) },
    { atMs: 1000, ...both(110, 25) },
  );
  expect(counters.promptTokens).toEqual({ total: 30 });
  expect(restarts).toEqual([]);
});

test('a run of which a part has no last page has no sums', () => {
  const whole = watchedPart([page(0, { prompts: 1 }), page(1000, { prompts: 3 })]);
  const cut = watchedPart([page(0, { prompts: 1, running: 1 })]);
  const { summary } = serverOf([whole, cut], false)!;
  expect(summary).toMatchObject({ isWhole: false, counters: {}, times: {}, reconciled: [] });
  expect(summary.gauges.running?.last).toBeDefined();
});

test('a part that was resumed has what it and its resume saw, and the server once', () => {
  const place = { url: 'http://e' };
  const one = watchedPart([page(0, { prompts: 1, running: 4 }), page(10, { prompts: 4 })], place);
  const two = watchedPart([page(0, { prompts: 100 }), page(10, { prompts: 102, running: 1 })], {
    ...place,
    originEpochMs: 60_000,
  });
  const { counters, gauges, watchedSec } = serverOf([one, two], false)!.summary;
  expect(counters.promptTokens).toEqual({ total: 5 });
  expect(gauges.running?.last).toBe(1);
  expect(watchedSec).toBe(0.02);
});

test('points are what each page told, counters since the first', () => {
  const pages = [
    page(0, { prompts: 100 }),
    page(5, { prompts: 130, running: 2 }),
    page(9, { prompts: 131 }),
  ];
  const { points } = serverOf([watchedPart(pages)], false)!;
  expect(points.map(({ atMs, values }) => [atMs, values])).toEqual([
    [0, { promptTokens: 0, running: 0 }],
    [5, { promptTokens: 30, running: 2 }],
    [9, { promptTokens: 31, running: 0 }],
  ]);
});

test('of very many pages every other point is left out', () => {
  const pages = Array.from({ length: 5000 }, (_, atMs) => page(atMs, { prompts: atMs }));
  const { points, summary } = serverOf([watchedPart(pages)], false)!;
  expect(points.length).toBeLessThanOrEqual(2001);
  expect(points.at(-1)!.atMs).toBeGreaterThan(4990);
  expect(summary.counters.promptTokens?.total).toBe(4999);
});
