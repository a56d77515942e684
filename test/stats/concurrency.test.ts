import { expect, test } from 'vitest';
import { Concurrency } from '../../src/stats/concurrency.ts';

test('what was never sent, or has no end, was not in flight as far as one knows', () => {
  const concurrency = new Concurrency();
  concurrency.add(0, 100);
  concurrency.add(undefined, 60);
  concurrency.add(50, undefined);
  expect(concurrency.close(200)).toEqual({ mean: 0.5, peak: 1 });
});
