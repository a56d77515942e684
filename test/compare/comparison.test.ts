import { expect, test } from 'vitest';
import { stream } from '../../src/base/random.ts';
import { compare } from '../../src/compare/comparison.ts';
import { failIfsOf } from '../../src/compare/fail-if.ts';
import { comparisonPanels } from '../../src/compare/figures.ts';
import { comparisonJson } from '../../src/compare/json.ts';
import { nameOf } from '../../src/compare/measure-name.ts';
import { comparisonText } from '../../src/compare/text.ts';
import type { TurnRecord } from '../../src/record/record.ts';
import { requestOf, runOf, sideOf } from './compared.ts';

const options = { margin: 0.05, failIfs: [], isForced: false };

/** Requests of 500 users of two turns, whose TTFT is drawn by who and which, times a factor. */
function played(factor: number, seed = 'played'): TurnRecord[] {
  return Array.from({ length: 1000 }, (_, index) => {
    const [userId, turn] = [index >> 1, index & 1];
    const ttft = factor * (40 + 20 * stream(seed, userId, turn)());
    const sentMs = 100 * index;
    const firstTokenMs = sentMs + ttft;
    return requestOf(userId, {
      ...{ turn, turns: 2, intendedMs: sentMs, sentMs, firstTokenMs, firstOutputMs: firstTokenMs },
      ...{ lastTokenMs: firstTokenMs + 40, endMs: firstTokenMs + 41, cachedTokens: 50 * turn },
    });
  });
}

const rowsOf = (comparison: ReturnType<typeof compare>) =>
  new Map(comparison.compared[0]!.rows.map((row) => [nameOf(row.measure), row]));

test('a run beside itself is exactly the same in every number', () => {
  const { compared } = compare(
    [sideOf('A', runOf(played(1))), sideOf('B', runOf(played(1)))],
    options,
  );
  const [{ rows, pairs }] = compared as [(typeof compared)[0]];
  expect(pairs![0]!.requests).toMatchObject({ pairs: 1000, count: 1000 });
  expect(rows.length).toBeGreaterThan(40);
  for (const { difference, finding } of rows) {
    expect(difference).toMatchObject({ difference: 0, interval95: [0, 0] });
    expect(finding).toBe('notDifferent');
  }
});

test('of the same requests a small gain is found, which runs of their own do not show', () => {
  const a = sideOf('A', runOf(played(1)));
  const paired = rowsOf(compare([a, sideOf('B', runOf(played(0.99)))], options));
  expect(paired.get('ttftMs.mean')!.finding).toBe('better');
  expect(paired.get('ttftMs.mean')!.difference!.ratio!.value).toBeCloseTo(0.99, 6);
  expect(paired.get('inputTokens.mean')!.finding).toBe('notDifferent');
  const other = runOf(played(0.99, 'o2'), { workloadDigest: 'two', scenario: { seed: 2 } });
  const comparison = compare([a, sideOf('B', other)], options);
  expect(comparison.compared[0]!.pairs).toMatchObject([{ isSame: false }]);
  expect(rowsOf(comparison).get('ttftMs.mean')!.finding).toBe('notDifferent');
});

test('a request that one run alone has says nothing of the other', () => {
  const [all, some] = [played(1), played(1).filter((_, index) => index % 10 !== 3)];
  const { compared } = compare([sideOf('A', runOf(all)), sideOf('B', runOf(some))], options);
  const [{ pairs, rows }] = compared as [(typeof compared)[0]];
  expect(pairs![0]!.requests).toMatchObject({ pairs: 900, count: 1000 });
  const row = rows.find(({ measure }) => nameOf(measure) === 'ttftMs.mean')!;
  expect(row.b).not.toBe(row.a);
  expect(row.difference!.interval95[0]).toBeLessThan(0);
  expect(row.difference!.interval95[1]).toBeGreaterThan(0);
});

test('what two tools define differently is left out, unless it is forced', () => {
  const says = 'it ends with the last chunk';
  const other = runOf(played(1), { definitions: { latencyMs: says } });
  const sides = [sideOf('A', runOf(played(1))), sideOf('B', other)];
  const { compared } = compare(sides, options);
  expect(compared[0]!.leftOut).toEqual({ latencyMs: says });
  const names = compared[0]!.rows.map(({ measure }) => nameOf(measure));
  expect(names).not.toContain('latencyMs.mean');
  expect(names).toContain('ttftMs.mean');
  const forced = compare(sides, { ...options, isForced: true }).compared[0]!;
  expect(forced.rows.map(({ measure }) => nameOf(measure))).toContain('latencyMs.mean');
});

test('rates, shares and goodput are those of the report', () => {
  const scenario = { slo: { ttftMs: 50 } };
  const records = played(1).map((record, index) =>
    index % 100 === 0 ? { ...record, status: 'http' as const } : record,
  );
  const a = sideOf('A', runOf(records, { scenario }));
  const rows = rowsOf(compare([a, sideOf('B', runOf(records, { scenario }))], options));
  const value = (name: string) => rows.get(name)!.a!;
  expect(value('counts.errorRate')).toBe(0.01);
  expect(value('cache.share')).toBeCloseTo((50 * 500) / (100 * 990), 10);
  const seconds = Math.max(...records.map(({ endMs }) => endMs!)) / 1000;
  expect(value('rates.achievedPerSec')).toBeCloseTo(990 / seconds, 10);
  expect(value('rates.outputTokensPerSec')).toBeCloseTo((990 * 5) / seconds, 10);
  expect(value('goodput.share')).toBeGreaterThan(0.4);
  expect(value('goodput.perSec')).toBeCloseTo((value('goodput.share') * 1000) / seconds, 10);
});

test('three sides are each beside the first, and tested together', () => {
  const sides = [1, 1, 0.9].map((factor, index) => sideOf('ABC'[index]!, runOf(played(factor))));
  const { compared, tests } = compare(sides, options);
  expect(compared.map(({ side }) => side.name)).toEqual(['B', 'C']);
  expect(rowsOf({ ...compare(sides, options) }).get('ttftMs.mean')!.finding).toBe('notDifferent');
  const tested = compared
    .flatMap(({ rows }) => rows)
    .filter(({ difference }) => difference!.isReliable && difference!.doubt.variance > 0);
  expect(tests).toBe(tested.length);
});

test('a limit may be for a statistic that the table does not have', () => {
  const sides = [sideOf('A', runOf(played(1))), sideOf('B', runOf(played(1.2)))];
  const { verdicts } = compare(sides, { ...options, failIfs: failIfsOf('ttft.p90 > 10%, worse') });
  expect(verdicts).toMatchObject([
    { text: 'ttft.p90 > 10%', side: 'B', outcome: 'broken' },
    { text: 'worse', side: 'B', outcome: 'broken' },
  ]);
});

test('it is told in words within 80 columns, as JSON, and as curves', () => {
  const comparison = compare([sideOf('A', runOf(played(1))), sideOf('B', runOf(played(0.9)))], {
    ...options,
    failIfs: failIfsOf('ttft.p95 > 5%'),
  });
  const text = comparisonText(comparison, 80);
  expect(text).toMatch(/^B is better than A by TTFT mean 10\.0 % \(/);
  expect(text).toMatch(/paired by user and turn, all 1000 requests being in both/);
  expect(text).toMatch(/^ {4}mean +\d.*-10\.0 % .* B better$/m);
  expect(text).toMatch(/B: ttft\.p95 > 5%: kept/);
  expect(text).toMatch(/Exactly the same in A and B: .*input tokens/);
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  const json = JSON.parse(comparisonJson(comparison));
  expect(json.compared[0].numbers[0]).toMatchObject({ name: 'ttftMs.mean', finding: 'better' });
  expect(json.limits[0].outcome).toBe('kept');
  const [panel] = comparisonPanels(comparison);
  expect(panel).toMatchObject({ title: 'TTFT ms', series: [{ name: 'A' }, { name: 'B' }] });
});
