import { expect, test } from 'vitest';
import { compared, gainOf, labelOf, MEASURE_KEYS } from '../../src/ab/measures.ts';
import { pairOf } from '../../src/ab/pair.ts';
import { recordOf } from './noisy-arms.ts';

const A = [100, 200, 300].map((ms, index) => recordOf(index + 1, ms));
const B = [50, 100, 150].map((ms, index) => recordOf(index + 1, ms, 500));

test('times differ by the logarithm of their ratio, shares by points', () => {
  expect(compared('ttft', [A, B], undefined)).toEqual({ a: 200, b: 100, difference: -Math.log(2) });
  expect(compared('ttft.p50', [A, B], undefined)).toMatchObject({ a: 200, b: 100 });
  expect(compared('hit-share', [A, B], undefined)).toEqual({ a: 0, b: 0.5, difference: 0.5 });
  expect(compared('goodput', [A, B], { ttftMs: 150 })).toMatchObject({ a: 1 / 3, b: 1 });
});

test('the gain is the share of a time that is saved, or the points that are won', () => {
  expect(gainOf('ttft', -Math.log(2))).toBeCloseTo(0.5);
  expect(gainOf('ttft', Math.log(1.25))).toBeCloseTo(-0.25);
  expect(gainOf('hit-share', 0.3)).toBe(0.3);
});

test('what is unknown is absent: no goodput without limits, no times of what failed', () => {
  expect(compared('goodput', [A, B], undefined)).toBeUndefined();
  const failed = B.map((record) => ({ ...record, status: 'http' as const }));
  expect(compared('ttft', [A, failed], undefined)).toBeUndefined();
});

test('a request that one side did not answer counts for neither', () => {
  const [first, ...others] = B;
  const broken = [{ ...first!, status: 'http' as const, firstTokenMs: undefined! }, ...others];
  const { a, b, paired, measures } = pairOf({ a: A, b: broken }, 'ttft', undefined);
  expect({ a, b, paired }).toEqual({
    a: { requests: 3, failed: 0 },
    b: { requests: 3, failed: 1 },
    paired: 3,
  });
  expect(measures.ttft).toMatchObject({ a: 250, b: 125 });
});

test('requests that one side was not asked, and those of a warm-up, are in no pair', () => {
  const warmup = { ...A[0]!, phase: 'warmup' as const };
  const { paired, a } = pairOf({ a: [...A, warmup], b: B.slice(1) }, 'ttft.p95', undefined);
  expect(paired).toBe(2);
  expect(a.requests).toBe(3);
});

test('measures have names for people', () => {
  expect(MEASURE_KEYS).toContain('ttft.p95');
  expect(MEASURE_KEYS).not.toContain('goodput.p95');
  expect(labelOf('ttft.p95')).toBe('TTFT p95');
  expect(labelOf('hit-share')).toBe('hit share');
});
