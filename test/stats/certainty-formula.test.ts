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

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** Linear interpolation, as numpy has it. */
function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
  return low + (high - low) * (at - Math.floor(at));
}

/** Variance of the sum over stretches, with the correlation of one with the next taken to go on. */
function extended(rests: readonly number[], correlationOf: (found: number) => number): number {
  const squares = rests.reduce((sum, rest) => sum + rest ** 2, 0);
  if (squares === 0) return 0;
  const products = rests.slice(1).reduce((sum, rest, i) => sum + rest * rests[i]!, 0);
  const r = Math.min(0.9, Math.max(0, correlationOf(products / squares)));
  return (squares * rests.length * (1 + r)) / ((rests.length - 1) * (1 - r));
}

/** The formula of the method, term by term, without regard to cost. */
function worth(values: readonly number[], variance: number) {
  const { length } = values;
  const count = Math.max(1, Math.min(32, Math.floor(length / 2)));
  const all = mean(values);
  const cut = (parts: number, at: (i: number) => number) =>
    Array.from({ length: parts }, (_, i) =>
      values.slice(at(i), at(i + 1)).reduce((sum, value) => sum + value - all, 0),
    );
  const start = (i: number) => Math.floor((i * length) / count);
  const rests = cut(count, start);
  const pairs = Math.floor(count / 2);
  const inPairs = cut(pairs, (i) => start(i === pairs ? count : 2 * i));
  const unbiased = (found: number, k: number) => (k > 4 ? (found + 1 / k) / (1 - 4 / k) : found);
  const counted = (k: number) => (found: number) =>
    unbiased(found, k) > 1 / Math.sqrt(k) ? unbiased(found, k) : 0;
  const tau = (sum: number) =>
    variance > 0 && count > 1 ? Math.max(1, sum / (length * variance)) : 1;
  const prudent = Math.max(
    extended(rests, counted(count)),
    count < 12 ? 0 : extended(inPairs, counted(pairs)),
  );
  const squares = rests.reduce((sum, rest) => sum + rest ** 2, 0);
  const products = rests.slice(1).reduce((sum, rest, i) => sum + rest * rests[i]!, 0);
  const isAlike = squares > 0 && counted(count)(products / squares) > 0;
  const degrees = Math.max(1, isAlike ? count / 3 : count - 1);
  return {
    likely: length / tau(extended(rests, (found) => found + 1 / count)),
    n: length / tau(prudent),
    t: studentQuantile(0.975, degrees),
  };
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
      expect(effectiveCount).toBeCloseTo(whole.likely, 6);
      const middle = mean(values);
      const d = (whole.t * std) / Math.sqrt(whole.n) / middle;
      if (values.length < 20) expect(tooFew).toContain('mean');
      else {
        const [low, high] = interval95.mean!;
        expect(low / (middle / (1 + d))).toBeCloseTo(1, 4);
        if (d < 1) expect(high / (middle / (1 - d))).toBeCloseTo(1, 3);
        else expect(high).toBe(Infinity);
      }
      for (const [name, share] of Object.entries(SHARES)) {
        const limit = quantile(sorted, share);
        const below = values.map((value) => Number(value <= limit));
        const found = mean(below);
        const own = worth(below, found * (1 - found));
        const statistic = name as keyof typeof SHARES;
        if (values.length * Math.min(share, 1 - share) < 10 - 1e-9) {
          expect(interval95[statistic]).toBeUndefined();
          continue;
        }
        const width = own.t * Math.sqrt((share * (1 - share)) / own.n);
        const [low, high] = interval95[statistic]!;
        const near = (sorted.at(-1)! - sorted[0]!) / 500 + 1;
        if (Math.abs(share - width) < 1e-6 || Math.abs(share + width - 1) < 1e-6) continue;
        if (share < width) expect(low).toBe(0);
        else expect(Math.abs(low - quantile(sorted, share - width))).toBeLessThan(near);
        if (share + width > 1) expect(high).toBe(Infinity);
        else expect(Math.abs(high - quantile(sorted, share + width))).toBeLessThan(near);
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
    const [low] = certainty!.interval95.mean!;
    const t = ((0.5 / low - 1) * 0.5 * Math.sqrt(certainty!.effectiveCount)) / std;
    expect(t).toBeCloseTo(studentQuantile(0.975, stretches - 1), 2);
  }
});
