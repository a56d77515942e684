import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sampledOf } from '../../../src/stats/quantile.ts';
import { columnOf } from '../series.ts';

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** Linear interpolation, as numpy has it. */
function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
  return low + (high - low) * (at - Math.floor(at));
}

const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);

/** erfc(z / sqrt 2), as half the chance of Student's t of very many degrees of freedom is not: by Simpson's rule. */
function normalTwoSided(z: number): number {
  const parts = 60;
  const h = z / parts;
  let all = 0;
  for (let i = 0; i <= parts; i++) {
    all += Math.exp(-((i * h) ** 2) / 2) * (i === 0 || i === parts ? 1 : i % 2 ? 4 : 2);
  }
  return Math.max(0, 1 - (2 * all * h) / 3 / Math.sqrt(2 * Math.PI));
}

/** How far the sum may lie from 0 with a confidence of 95 %, in standard errors of independent values, term by term. */
function widthOf(rests: readonly number[], alone: number, count: number): number {
  const k = rests.length;
  const powers = Array.from({ length: Math.min(48, k - 1) }, (_, j) => {
    const c = sum(rests.map((rest, i) => rest * Math.cos((Math.PI * (j + 1) * (i + 0.5)) / k)));
    return (2 * c * c) / alone;
  });
  const likelihood = (h: (j: number) => number) =>
    Math.exp(-sum(powers.map((power, j) => Math.log(h(j + 1)) + power / h(j + 1))) / 2);
  const found = [{ tau: 1, weight: 0.5 * likelihood(() => 1) }];
  const C = Math.PI / 1.4 / Math.sin(Math.PI / 1.4);
  const memories = [0.25];
  while (memories.at(-1)! * 1.8 <= 0.42 * count) memories.push(memories.at(-1)! * 1.8);
  const levels = [-1.5, 0, 1.5].map((z) => [2.7 * 1.8 ** z, Math.exp((-z * z) / 2)] as const);
  const priors = memories.flatMap((f) =>
    [0.15, 0.45, 0.8, 1].flatMap((w) =>
      levels.map(([m, weight]) => ({ f, w, m, prior: f ** 0.3 * weight })),
    ),
  );
  const all = sum(priors.map(({ prior }) => prior));
  for (const { f, w, m, prior } of priors) {
    const level = (w * m * count) / (C * f);
    const h = (j: number) => 1 - w + level / (1 + (j / f) ** 1.4);
    found.push({ tau: Math.max(1, h(0)), weight: (0.5 * prior * likelihood(h)) / all });
  }
  const total = sum(found.map(({ weight }) => weight));
  let [low, high] = [0, 1e4];
  for (let step = 0; step < 34; step++) {
    const middle = (low + high) / 2;
    const beyond = sum(
      found.map(({ tau, weight }) => weight * normalTwoSided(Math.min(9, middle / Math.sqrt(tau)))),
    );
    if (beyond / total > 0.05) low = middle;
    else high = middle;
  }
  return low;
}

/** The formula of the method, without regard to cost. */
function worth(values: readonly number[], variance: number) {
  const { length } = values;
  const all = mean(values);
  const cut = (parts: number) =>
    Array.from({ length: parts }, (_, i) =>
      sum(
        values
          .slice(Math.floor((i * length) / parts), Math.floor(((i + 1) * length) / parts))
          .map((value) => value - all),
      ),
    );
  const k = Math.max(1, Math.min(128, Math.floor(length / 2)));
  const stretches = cut(k);
  const groups = Math.min(32, k);
  const grouped = Array.from({ length: groups }, (_, i) =>
    sum(stretches.slice(Math.floor((i * k) / groups), Math.floor(((i + 1) * k) / groups))),
  );
  const squares = sum(grouped.map((rest) => rest ** 2));
  const products = sum(grouped.slice(1).map((rest, i) => rest * grouped[i]!));
  const r = Math.min(0.9, Math.max(0, products / squares + 1 / groups));
  const likely = (squares * groups * (1 + r)) / ((groups - 1) * (1 - r));
  return {
    likely:
      variance > 0 && groups > 1 ? length / Math.max(1, likely / (length * variance)) : length,
    width: variance > 0 ? widthOf(stretches, length * variance, length) : 0,
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
      const d = (whole.width * std) / Math.sqrt(values.length) / middle;
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
        const width = own.width * Math.sqrt((share * (1 - share)) / values.length);
        const [low, high] = interval95[statistic]!;
        const near = (sorted.at(-1)! - sorted[0]!) / 500 + 1;
        if (Math.abs(share - width) < 1e-6 || Math.abs(share + width - 1) < 1e-6) continue;
        if (share < width) expect(low).toBe(0);
        else expect(Math.abs(low - quantile(sorted, share - width))).toBeLessThan(near);
        if (share + width > 1) expect(high).toBe(Infinity);
        else expect(Math.abs(high - quantile(sorted, share + width))).toBeLessThan(near);
      }
    }),
    { numRuns: 25 },
  );
});
