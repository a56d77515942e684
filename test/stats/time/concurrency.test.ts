import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Concurrency } from '../../../src/stats/time/concurrency.ts';

test('what was never sent, or has no end, was not in flight as far as one knows', () => {
  const concurrency = new Concurrency();
  concurrency.add(0, 100);
  concurrency.add(undefined, 60);
  concurrency.add(50, undefined);
  expect(concurrency.close(200)).toEqual({ mean: 0.5, peak: 1 });
});

test('the mean is of all time in flight, the peak the most at any one instant, ends left out', () => {
  const span = fc
    .tuple(fc.nat(20), fc.nat(9))
    .map(([startMs, lengthMs]) => ({ startMs, endMs: startMs + lengthMs }));
  fc.assert(
    fc.property(fc.array(span, { maxLength: 9 }), fc.nat(9), (spans, at) => {
      const [whole, first, second] = [new Concurrency(), new Concurrency(), new Concurrency()];
      for (const [index, { startMs, endMs }] of spans.entries()) {
        whole.add(startMs, endMs);
        (index < at ? first : second).add(startMs, endMs);
      }
      first.merge(second);
      const inFlight = (atMs: number) =>
        spans.filter(({ startMs, endMs }) => startMs <= atMs && atMs < endMs).length;
      const expected = {
        mean: spans.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0) / 40,
        peak: Math.max(0, ...spans.map(({ startMs }) => inFlight(startMs))),
      };
      expect(whole.close(40)).toEqual(expected);
      expect(first.close(40)).toEqual(expected);
      expect(whole.close(0.5)).toEqual({ ...expected, mean: expected.mean * 80 });
      expect(whole.close(0)).toEqual({ ...expected, mean: undefined });
    }),
  );
});
