import fc from 'fast-check';
import { Histogram as PromHistogram, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { lengthBuckets, TOKEN_SECONDS } from '../../../src/engine/metrics/buckets.ts';
import { Histogram } from '../../../src/engine/metrics/histogram.ts';

test("any observations are exposed as prom-client's own histogram exposes them", async () => {
  const seconds = fc.oneof(
    fc.double({ min: 0, max: 200, noNaN: true }),
    fc.constantFrom(...TOKEN_SECONDS),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(seconds), async (values) => {
      const options = { name: 'vllm:x_seconds', help: 'some help', buckets: TOKEN_SECONDS };
      const [ours, theirs] = [new Registry(), new Registry()];
      for (const registry of [ours, theirs]) registry.setDefaultLabels({ model_name: 'm' });
      const own = new Histogram(options).expose(ours);
      const reference = new PromHistogram({ ...options, registers: [theirs] });
      for (const value of values) {
        own.observe(value);
        reference.observe(value);
      }
      expect(await ours.metrics()).toBe(await theirs.metrics());
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
