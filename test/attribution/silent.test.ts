import { describe, expect, test } from 'vitest';
import { type Explanation, explain } from '../../src/attribution/explanation.ts';
import { explanationFigures } from '../../src/attribution/figures.ts';
import { explanationJson } from '../../src/attribution/json.ts';
import { explanationText } from '../../src/attribution/sections.ts';
import type { TurnRecord } from '../../src/record/record.ts';
import type { Run } from '../../src/record/run-folder.ts';
import { answered, offloading, runOf, simulatedRun } from './runs.ts';

// What is not told is not made up, and what is too little has no number.

const ALL = { selection: { slowest: 1 }, by: 'latency' } as const;
const run = await simulatedRun(offloading(3));
const { records, header } = run.parts[0]!;

function withRecords(of: (record: TurnRecord) => TurnRecord): Run {
  return runOf(records.map(of), header.scenario);
}

function causesOf({ ttft }: Explanation): string[] {
  if ('tooFew' in ttft.prefill) throw new Error(ttft.prefill.tooFew);
  return ttft.prefill.coefficients.map(({ name }) => name);
}

function sums(explanation: Explanation): void {
  for (const { waterfall, latencyMs } of explanation.chosen) {
    const sum = Object.values(waterfall).reduce((all, part) => all + part, 0);
    expect(Math.abs(sum - latencyMs)).toBeLessThan(1);
  }
}

describe('where the server is silent', () => {
  test('of cached tokens, all input tokens are one cause, and nothing is said of tiers', () => {
    const silent = withRecords(
      ({ cachedTokens: _, externalCachedTokens: __, ...record }) => record,
    );
    const { explanation } = explain(silent, ALL);
    expect(explanation.tokens).toEqual({});
    expect(causesOf(explanation)).toContain('input');
    expect(causesOf(explanation)).not.toContain('uncached');
    expect(explanation.reload.tiers).toEqual([]);
    expect(explanation.chosen.every(({ eviction }) => !eviction)).toBe(true);
    sums(explanation);
    const text = explanationText(explanation, 80);
    expect(text).toContain('the server does not tell which were cached');
    expect(text).toContain('none are known of');
  });

  test('of where they came from, they are all the GPU’s', () => {
    const silent = withRecords(({ externalCachedTokens: _, ...record }) => record);
    const { explanation } = explain(silent, ALL);
    expect(explanation.externalFrom).toBe('none');
    expect(explanation.tokens.external).toBeUndefined();
    expect(explanation.tokens.local).toBeGreaterThan(0);
    sums(explanation);
  });

  test('of everything but times, there is still a waterfall that sums', () => {
    const silent = withRecords((record) => {
      const { userId, turn, turns, phase, status, attempts, reconnects, chunks } = record;
      const { intendedMs, sentMs, firstTokenMs, lastTokenMs, endMs } = record;
      return {
        ...{ userId, turn, turns, phase, status, attempts, reconnects, chunks },
        ...{ intendedMs: intendedMs!, sentMs: sentMs!, firstTokenMs: firstTokenMs! },
        ...{ lastTokenMs: lastTokenMs!, endMs: endMs! },
      };
    });
    const { explanation } = explain(silent, ALL);
    sums(explanation);
    expect(explanationText(explanation, 80)).toContain('too few to tell');
  });
});

test('few requests have no numbers, and say how many there would have to be', () => {
  const few = runOf(records.slice(0, 12), header.scenario);
  const { explanation } = explain(few, ALL);
  expect(explanation.ttft.prefill).toHaveProperty('tooFew');
  expect(explanation.tpot).toHaveProperty('tooFew');
  expect(explanation.reload.tiers[0]?.GBps).toBeUndefined();
  expect(explanationText(explanation, 80)).toMatch(
    /too few to tell: \d+ requests; expected at least \d0/,
  );
  sums(explanation);
});

test('failed requests, those of the warm-up and unsent ones are not explained, and failed ones are counted', () => {
  const mixed = runOf(
    [
      answered(1, 0, { phase: 'warmup' }),
      answered(2, 0, {}),
      { ...answered(3, 0, {}), status: 'http' },
      { ...answered(4, 0, {}), status: 'unsent' },
    ],
    header.scenario,
  );
  const { explanation } = explain(mixed, ALL);
  expect(explanation.requests).toEqual({ explained: 1, leftOut: 1, sessions: 1 });
});

test('a run without an answer has one line, no picture, and JSON', () => {
  const { explanation } = explain(runOf([], header.scenario), ALL);
  expect(explanationText(explanation, 80)).toContain('No measured request was answered.');
  expect(explanationFigures(explanation)).toEqual([]);
  expect(JSON.parse(explanationJson(explanation))).toMatchObject({ chosen: [] });
});

test('partitions with engines of their own, and parts of a resumed run, are explained together', () => {
  const half = (rest: number) => records.filter(({ userId }) => userId % 2 === rest);
  const partitions: Run = {
    parts: [...runOf(half(0), header.scenario).parts, ...runOf(half(1), header.scenario).parts],
    warnings: [],
  };
  const resumed: Run = {
    parts: [
      ...runOf(half(0), header.scenario).parts,
      ...runOf(half(1), header.scenario, { part: 1 }).parts,
    ],
    warnings: [],
  };
  for (const parts of [partitions, resumed]) {
    const { explanation } = explain(parts, ALL);
    expect(explanation.requests.explained).toBe(records.length);
    sums(explanation);
  }
});

test('one request is found by its name, and another is refused with one that there is', () => {
  const request = `${records[5]!.userId}:${records[5]!.turn}`;
  const { chosen } = explain(run, { selection: { request }, by: 'latency' }).explanation;
  expect(chosen.map(({ request }) => request.record)).toEqual([records[5]]);
  expect(() => explain(run, { selection: { request: '1:99' }, by: 'latency' })).toThrow(
    /--request: found 1:99, which is not among the \d+ measured requests that were answered; expected user:turn, as in \d+:\d+/,
  );
});

test('a quantile is one request, and the slowest are in order', () => {
  const p50 = explain(run, { selection: { quantile: 0.5 }, by: 'latency' }).explanation;
  expect(p50.chosen).toHaveLength(1);
  const { chosen } = explain(run, { selection: { slowest: 0.1 }, by: 'ttft' }).explanation;
  const times = chosen.map(({ request }) => request.firstTokenMs - request.record.intendedMs!);
  expect(times).toEqual([...times].sort((a, b) => b - a));
  expect(chosen).toHaveLength(Math.round(records.length / 10));
});

test('the picture’s parts lie on each other, and together they are the TTFT by quantile', () => {
  const { explanation } = explain(run, ALL);
  const [figure] = explanationFigures(explanation);
  const top = figure!.series[0]!.points.map((_, place) =>
    figure!.series.reduce((sum, { points }) => sum + points[place]![1], 0),
  );
  expect(top).toEqual([...top].sort((a, b) => a - b));
  const ttfts = records.map(({ firstTokenMs, intendedMs }) => firstTokenMs! - intendedMs!);
  const mean = (all: readonly number[]) => all.reduce((sum, one) => sum + one, 0) / all.length;
  expect(mean(top) / mean(ttfts)).toBeCloseTo(1, 1);
  // Of one quantile alone it would be as wide as nothing: it is named, and not drawn.
  const [narrow] = explanationFigures({
    ...explanation,
    fineBands: explanation.fineBands.slice(0, 1),
  });
  expect(narrow!.series).toEqual([]);
});
