import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sampledOf } from '../../src/stats/quantile.ts';
import { columnOf } from './series.ts';

/** Distribution function of Student's t, by Simpson's rule from 0. */
function studentCdf(x: number, degrees: number): number {
  const density = (t: number) => (1 + t ** 2 / degrees) ** (-(degrees + 1) / 2);
  const integral = (to: number, parts: number) => {
    const h = to / parts;
    let sum = density(0) + density(to);
    for (let i = 1; i < parts; i++) sum += (i % 2 ? 4 : 2) * density(i * h);
    return (sum * h) / 3;
  };
  // With t = sqrt(v) tan(u) all of the half line is a finite stretch.
  const u = (t: number) => Math.atan(t / Math.sqrt(degrees));
  const angular = (to: number) => {
    const parts = 400;
    const h = to / parts;
    const f = (a: number) => Math.cos(a) ** (degrees - 1);
    let sum = f(0) + f(to);
    for (let i = 1; i < parts; i++) sum += (i % 2 ? 4 : 2) * f(i * h);
    return (sum * h) / 3;
  };
  return degrees === 1
    ? 0.5 + Math.atan(x) / Math.PI
    : degrees < 30
      ? 0.5 + angular(u(x)) / (2 * angular(Math.PI / 2))
      : 0.5 + integral(x, 400) / (2 * integral(60, 4000));
}

function studentQuantile(share: number, degrees: number): number {
  let [low, high] = [0, 20];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (studentCdf(middle, degrees) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

const T = new Map(
  Array.from({ length: 31 }, (_, i) => [i + 1, studentQuantile(0.975, i + 1)] as const),
);

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** Linear interpolation, as numpy has it. */
function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
  return low + (high - low) * (at - Math.floor(at));
}

/** The formula of the method, term by term, without regard to cost. */
function worth(values: readonly number[], variance: number): { n: number; t: number } {
  const count = Math.max(1, Math.min(32, Math.floor(values.length / 2)));
  const t = T.get(Math.max(1, count - 1))!;
  if (!(variance > 0) || count < 2) return { n: values.length, t };
  const start = (i: number) => Math.floor((i * values.length) / count);
  const all = mean(values);
  const rests = Array.from({ length: count }, (_, i) =>
    values.slice(start(i), start(i + 1)).reduce((sum, value) => sum + value - all, 0),
  );
  const squares = rests.reduce((sum, rest) => sum + rest ** 2, 0);
  const products = rests.slice(1).reduce((sum, rest, i) => sum + rest * rests[i]!, 0);
  const correlation = squares > 0 ? products / squares + 1 / count : 0;
  const r = Math.min(0.9, Math.max(0, correlation));
  const longRun = (squares * count) / ((count - 1) * values.length);
  return { n: values.length / Math.max(1, (longRun / variance) * ((1 + r) / (1 - r))), t };
}

const SHARES = { p25: 0.25, p50: 0.5, p75: 0.75, p90: 0.9, p95: 0.95, p99: 0.99 } as const;

/** With or without correlation, from few values to many. */
const series = fc
  .tuple(
    fc.integer({ min: 2, max: 1200 }),
    fc.double({ min: 0, max: 0.97, noNaN: true }),
    fc.integer(),
  )
  .map(([count, memory, seed]) => {
    let state = seed >>> 0 || 1;
    let value = 0;
    return Array.from({ length: count }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      value = memory * value + state / 2 ** 32;
      return Math.round(value * 1000);
    });
  });

test('intervals are those of the formula, and what has none is what the rule says', () => {
  fc.assert(
    fc.property(series, (values) => {
      const sorted = values.toSorted((a, b) => a - b);
      const { certainty, std = 0 } = sampledOf(columnOf(values))!;
      const { effectiveCount, interval95, tooFew = [] } = certainty!;
      const whole = worth(values, std ** 2);
      expect(effectiveCount).toBeCloseTo(whole.n, 6);
      const half = (whole.t * std) / Math.sqrt(whole.n);
      if (whole.n < 20) expect(tooFew).toContain('mean');
      else {
        expect(interval95.mean![0]).toBeCloseTo(mean(values) - half, 0);
        expect(interval95.mean![1]).toBeCloseTo(mean(values) + half, 0);
        expect(interval95.mean![1] - interval95.mean![0]).toBeCloseTo(
          2 * half,
          half > 10 ? -0.5 : 1,
        );
      }
      for (const [name, share] of Object.entries(SHARES)) {
        const limit = quantile(sorted, share);
        const below = values.map((value) => Number(value <= limit));
        const found = mean(below);
        const own = worth(below, found * (1 - found));
        const statistic = name as keyof typeof SHARES;
        const beyond = Math.min(own.n, whole.n) * Math.min(share, 1 - share);
        if (Math.abs(beyond - 10) < 1e-6) continue;
        if (beyond < 10) {
          expect(interval95[statistic]).toBeUndefined();
          continue;
        }
        const width = own.t * Math.sqrt((share * (1 - share)) / own.n);
        const [low, high] = interval95[statistic]!;
        const near = (sorted.at(-1)! - sorted[0]!) / 500 + 1;
        expect(Math.abs(low - quantile(sorted, Math.max(0, share - width)))).toBeLessThan(near);
        expect(Math.abs(high - quantile(sorted, Math.min(1, share + width)))).toBeLessThan(near);
      }
    }),
    { numRuns: 60 },
  );
});

test('the width of an interval has the quantile of as many stretches as there are', () => {
  // Half of them 0 and half 1, by turns: no stretch differs from another.
  for (let count = 20; count <= 64; count += 2) {
    const values = Array.from({ length: count }, (_, i) => i % 2);
    const { certainty, std = 0 } = sampledOf(columnOf(values))!;
    const stretches = Math.min(32, count / 2);
    const [low, high] = certainty!.interval95.mean!;
    const t = ((high - low) / 2 / std) * Math.sqrt(certainty!.effectiveCount);
    expect(t).toBeCloseTo(T.get(stretches - 1)!, 2);
  }
});
