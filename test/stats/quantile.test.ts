import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Column } from '../../src/stats/column.ts';
import { quantile } from '../../src/stats/exact.ts';
import { distributionOf } from '../../src/stats/quantile.ts';

function columnOf(values: Iterable<number | undefined>): Column {
  const column = new Column();
  for (const value of values) column.add(value);
  return column;
}

test.each([
  // values, share -> numpy.percentile(values, 100 * share)
  [[7], 0.99, 7],
  [[1, 2], 0.5, 1.5],
  [[1, 2, 3, 4], 0.25, 1.75],
  [[1, 2, 3, 4], 0.9, 3.7],
  [[15, 20, 35, 40, 50], 0.4, 29],
  [[0, 10], 0.99, 9.9],
  [[3, 3, 8], 0, 3],
  [[3, 3, 8], 1, 8],
])('quantile of %j at %d is %d', (values, share, expected) => {
  expect(quantile(Float64Array.from(values), share)).toBeCloseTo(expected, 12);
});

test('the statistics of 1 to 100 are those of pandas describe()', () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  const distribution = distributionOf(columnOf(values))!;
  expect(distribution.std).toBeCloseTo(29.011491975882016, 12);
  expect(distribution).toMatchObject({
    count: 100,
    mean: 50.5,
    min: 1,
    p25: 25.75,
    p50: 50.5,
    p75: 75.25,
    max: 100,
  });
  expect(distribution.p90).toBeCloseTo(90.1, 12);
  expect(distribution.p99).toBeCloseTo(99.01, 12);
});

test('nothing has no statistics, one value no standard deviation, unknown values do not count', () => {
  expect(distributionOf(new Column())).toBeUndefined();
  expect(distributionOf(columnOf([undefined]))).toBeUndefined();
  expect(distributionOf(columnOf([undefined, 4]))).not.toHaveProperty('std');
  expect(distributionOf(columnOf([undefined, 4]))).toMatchObject({ count: 1, mean: 4, p99: 4 });
});

test.each([
  [999, false, false],
  [1000, true, false],
  [9999, true, false],
  [10_000, true, true],
])('%d values have 99.9 %%: %s, 99.99 %%: %s', (count, hasP999, hasP9999) => {
  const distribution = distributionOf(columnOf(Array.from({ length: count }, (_, i) => i)))!;
  expect(distribution.p999 !== undefined).toBe(hasP999);
  expect(distribution.p9999 !== undefined).toBe(hasP9999);
});

test('a small spread of large values keeps its standard deviation', () => {
  expect(distributionOf(columnOf([1e9 + 1, 1e9 + 2, 1e9 + 3]))!.std).toBe(1);
});

test('the order of values and the way columns are merged change nothing, to the last bit', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }), {
        minLength: 1,
      }),
      fc.nat(),
      (values, at) => {
        const cut = at % values.length;
        const merged = columnOf(values.slice(cut));
        merged.merge(columnOf(values.slice(0, cut)));
        expect(distributionOf(merged)).toEqual(distributionOf(columnOf(values)));
      },
    ),
  );
});

test('quantiles grow with the share and stay within the values', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (values, a, b) => {
        const sorted = columnOf(values).sorted();
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        expect(quantile(sorted, low)).toBeLessThanOrEqual(quantile(sorted, high) + 1e-9);
        expect(quantile(sorted, low)).toBeGreaterThanOrEqual(sorted[0]!);
        expect(quantile(sorted, high)).toBeLessThanOrEqual(sorted.at(-1)!);
      },
    ),
  );
});
