import { expect, test } from 'vitest';
import { stream } from '../../src/base/random.ts';
import { meanOf } from '../../src/compare/estimate.ts';
import { judged } from '../../src/compare/judge.ts';
import { unpairedRepeats } from '../../src/compare/repeats.ts';
import type { Row } from '../../src/compare/rows.ts';
import { tries } from '../support/tries.ts';

/** Sixty numbers of two runs, each of its own draws; those of B are `factors` times as large. */
function rowsOf(seed: string, factors: readonly number[] = []): Row[] {
  const random = stream(seed, 'rows');
  const draws = (factor: number) => ({
    estimate: meanOf({
      values: Float64Array.from({ length: 200 }, () => factor * (1 + random())),
    })!,
  });
  return Array.from({ length: 60 }, (_, index) => ({
    measure: { metric: 'ttftMs', statistic: 'mean' } as const,
    better: 'lower' as const,
    difference: unpairedRepeats([draws(1)], [draws(factors[index] ?? 1)]),
  }));
}

test('of sixty numbers that do not differ, one is found in at most 5 % of comparisons', () => {
  const comparisons = tries(60);
  const wrong = Array.from(
    { length: comparisons },
    (_, seed) => judged([rowsOf(`${seed}`)], 0.05)[0]!,
  ).filter((rows) => rows.some(({ finding }) => finding === 'better' || finding === 'worse'));
  // 3 of 60 expected at most; 7 or more of 60 at 5 % each, or 3 of 15, are less likely than 4 %.
  expect(wrong.length).toBeLessThan(comparisons === 60 ? 7 : 3);
  const alone = rowsOf('0').filter(({ difference }) => difference!.pValue < 0.05);
  expect(alone.length).toBeGreaterThan(0);
});

test('a real difference is found beside fifty-nine of chance', () => {
  const [rows] = judged([rowsOf('real', [0.8])], 0.05);
  expect(rows![0]!.finding).toBe('better');
  expect(judged([rowsOf('real', [1.25])], 0.05)[0]![0]!.finding).toBe('worse');
});

test('what does not differ by more than the margin is not different; the rest cannot be told', () => {
  const [row] = rowsOf('margin');
  const [low, high] = row!.difference!.ratio!.interval95;
  const needed = Math.max(high - 1, 1 / low - 1);
  expect(judged([[row!]], needed * 1.01)[0]![0]!.finding).toBe('notDifferent');
  expect(judged([[row!]], needed * 0.99)[0]![0]!.finding).toBe('cannotTell');
});

test('too few values, or none, leave everything open', () => {
  const few = { estimate: meanOf({ values: Float64Array.of(1, 2, 3) })! };
  const many = { estimate: meanOf({ values: Float64Array.of(101, 102, 103) })! };
  const row: Row = {
    measure: { metric: 'ttftMs', statistic: 'mean' },
    better: 'lower',
    difference: unpairedRepeats([few], [many]),
  };
  const { difference: _, ...without } = row;
  const [judgedFew, judgedNone] = judged([[row, { ...without, lacks: 'no values' }]], 0.05)[0]!;
  expect(judgedFew).toMatchObject({ finding: 'cannotTell', because: 'too few' });
  expect(judgedNone).toMatchObject({ finding: 'cannotTell', because: 'no values' });
});

test('where neither way is better, it is said which one it is', () => {
  const rows = rowsOf('way', [2, 0.5]).map((row) => ({ ...row, better: undefined }));
  const [higher, lower] = judged([rows], 0.05)[0]!;
  expect([higher!.finding, lower!.finding]).toEqual(['higher', 'lower']);
});
