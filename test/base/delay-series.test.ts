import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Delays } from '../../src/base/delay-series.ts';

test('each stretch has the greatest of what was seen in it, however long the run', () => {
  const looks = fc.array(
    fc.record({
      gapMs: fc.integer({ min: 1, max: 100_000 }),
      delayMs: fc.integer({ min: 0, max: 900 }),
    }),
    { minLength: 1, maxLength: 400 },
  );
  fc.assert(
    fc.property(looks, fc.integer({ min: 0, max: 5000 }), (all, fromMs) => {
      const delays = new Delays(fromMs);
      const seen: { atMs: number; delayMs: number }[] = [];
      let atMs = fromMs;
      for (const { gapMs, delayMs } of all) {
        atMs += gapMs;
        delays.add(atMs, delayMs);
        seen.push({ atMs, delayMs });
      }
      const { everyMs, maxMs, ...series } = delays.close()!;
      expect(series.fromMs).toBe(fromMs);
      expect(maxMs.length).toBeLessThanOrEqual(240);
      expect(maxMs.length * everyMs).toBeGreaterThanOrEqual(atMs - fromMs);
      const naive = maxMs.map((_, place) =>
        Math.max(
          0,
          ...seen
            .filter(
              (one) =>
                one.atMs > fromMs + place * everyMs && one.atMs <= fromMs + (place + 1) * everyMs,
            )
            .map(({ delayMs }) => delayMs),
        ),
      );
      expect(maxMs).toEqual(naive);
    }),
    { numRuns: 50 },
  );
});

test('nobody looked: there is none', () => {
  expect(new Delays(0).close()).toBeUndefined();
});
