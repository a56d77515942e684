import fc from 'fast-check';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../../src/base/clock.ts';
import { lengthBuckets, TOKEN_SECONDS } from '../../../src/engine/metrics/buckets.ts';
import { Histogram } from '../../../src/engine/metrics/histogram.ts';
import { Registry } from '../../../src/engine/metrics/registry.ts';
import { pageOf } from './scrape.ts';

test('any observations are counted by all bounds that they are not above', () => {
  const seconds = fc.oneof(
    fc.double({ min: 0, max: 200, noNaN: true }),
    fc.constantFrom(...TOKEN_SECONDS),
  );
  fc.assert(
    fc.property(fc.array(seconds), (values) => {
      const registry = new Registry(new VirtualClock(), { model_name: 'm' });
      const own = new Histogram({ name: 'x', help: 'some help', buckets: TOKEN_SECONDS });
      own.expose(registry);
      for (const value of values) own.observe(value);
      const page = pageOf(registry.text());
      for (const bound of TOKEN_SECONDS) {
        const le = Number.isInteger(bound) ? `${bound}.0` : String(bound);
        const upTo = values.filter((value) => value <= bound).length;
        expect(page.get(`x_bucket{le="${le}"}`)).toBe(upTo);
      }
      expect(page.get('x_bucket{le="+Inf"}')).toBe(values.length);
      expect(page.get('x_count')).toBe(values.length);
      const sum = values.reduce((all, value) => all + value, 0);
      expect(page.get('x_sum')).toBeCloseTo(sum, 9);
    }),
  );
});

test.each([
  [1, [1]],
  [20, [1, 2, 5, 10, 20]],
  [1600, [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]],
])('lengths up to %d have the buckets %j', (maxTokens, buckets) => {
  expect(lengthBuckets(maxTokens)).toEqual(buckets);
});
