import { expect, test } from 'vitest';
import { type Estimate, pooled, sideOfAll } from '../../../src/sweep/find-max/estimate.ts';
import { shareBeyond } from '../../../src/sweep/find-max/evidence.ts';

const share = (beyond: number, effective: number): Estimate => ({
  ...{ kind: 'share', allowed: 0.05, count: 1000 },
  beyond,
  effective,
});
const sideOf = (...estimates: Estimate[]) => pooled(estimates).side;

test('a share is within or beyond only when its interval lies on one side', () => {
  expect(sideOf(share(0.01, 1000))).toBe('within');
  expect(sideOf(share(0.04, 1000))).toBe('undecided');
  expect(sideOf(share(0.06, 1000))).toBe('undecided');
  expect(sideOf(share(0.09, 1000))).toBe('beyond');
  // Of few values nothing is known, not even where none is beyond.
  expect(sideOf(share(0, 20))).toBe('undecided');
  expect(sideOf(share(0.9, 20))).toBe('beyond');
});

test('more runs decide what one does not', () => {
  const one = share(0.035, 500);
  expect(sideOf(one)).toBe('undecided');
  expect(sideOf(one, one, one, one, one)).toBe('within');
});

test('numbers without an interval of their own need three runs', () => {
  const run = (y: number): Estimate => ({ kind: 'difference', y });
  expect(sideOf(run(0.5), run(0.51))).toBe('undecided');
  expect(sideOf(run(0.5), run(0.51), run(0.52))).toBe('beyond');
  expect(sideOf(run(-0.5), run(-0.51), run(-0.52))).toBe('within');
  expect(sideOf(run(-0.5), run(0.6), run(-0.4))).toBe('undecided');
  expect(sideOf({ kind: 'ratio', y: -0.1, se: 0.01 })).toBe('within');
});

test('a fact needs one run; where nothing was measured in one of them, it is beyond', () => {
  expect(sideOf({ kind: 'fact', isBeyond: false })).toBe('within');
  expect(sideOf({ kind: 'fact', isBeyond: false }, { kind: 'fact', isBeyond: true })).toBe(
    'beyond',
  );
  expect(sideOf(share(0, 1000), { kind: 'fact', isBeyond: true })).toBe('beyond');
});

test('all limits have to be kept; one that is broken is enough', () => {
  expect(sideOfAll(['within', 'within'])).toBe('within');
  expect(sideOfAll(['within', 'undecided'])).toBe('undecided');
  expect(sideOfAll(['undecided', 'beyond'])).toBe('beyond');
});

test('p95 < 200 allows 5 % above, p50 > 200 allows 50 % below', () => {
  const values = Float64Array.from({ length: 400 }, (_, index) => 100 + ((index * 7919) % 400));
  expect(shareBeyond(values, 200, 1, 0.95)).toMatchObject({
    allowed: expect.closeTo(0.05),
    count: 400,
    beyond: 299 / 400,
  });
  expect(shareBeyond(values, 200, -1, 0.5)).toMatchObject({ allowed: 0.5, beyond: 100 / 400 });
});
