import { expect, test } from 'vitest';
import { thresholdOf } from '../../src/ledger/threshold.ts';

const looks = (found: readonly number[], lost: readonly number[]) => [
  ...found.map((value) => ({ value, isFound: true })),
  ...lost.map((value) => ({ value, isFound: false })),
];

test('the limit lies halfway between what was found and what was lost', () => {
  expect(thresholdOf(looks([1, 50, 100], [140, 300]))).toEqual({
    value: 120,
    errors: 0,
    explained: 2,
  });
});

test('what contradicts it is counted, but for what lies near it', () => {
  const found = Array.from({ length: 20 }, (_, index) => index * 5);
  const lost = Array.from({ length: 20 }, (_, index) => 105 + index * 5);
  expect(thresholdOf(looks([...found, 160], [...lost, 20]))).toMatchObject({ errors: 2 });
  expect(thresholdOf(looks([...found, 104], [...lost, 99]))).toMatchObject({ errors: 0 });
});

test('none where all was found, nothing was, or the lost ones come first', () => {
  expect(thresholdOf(looks([1, 2], []))).toBeUndefined();
  expect(thresholdOf(looks([], [1, 2]))).toBeUndefined();
  expect(thresholdOf(looks([5], [1, 2, 3]))).toBeUndefined();
});
