import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sortedByCounting } from '../../src/stats/counting-sort.ts';

const MANY = 100_000;

/** Many values, of these. */
function manyOf(few: readonly number[]): Float64Array {
  return Float64Array.from({ length: MANY }, (_, at) => few[(7 * at) % few.length]!);
}

const bytesOf = ({ buffer }: Float64Array): Buffer => Buffer.from(buffer as ArrayBuffer);

test('thousandths are sorted as sorting does it, bit for bit', () => {
  const thousandths = fc.integer({ min: 0, max: 4 * MANY }).map((steps) => steps / 1000);
  fc.assert(
    fc.property(fc.array(thousandths, { minLength: 1, maxLength: 50 }), (few) => {
      const values = manyOf(few);
      expect(bytesOf(sortedByCounting(values)!).equals(bytesOf(values.slice().sort()))).toBe(true);
    }),
    { numRuns: 5 },
  );
});

test.for([
  ['below a thousandth', [1, 0.0005]],
  ['not a thousandth, by rounding', [1, 0.1 + 0.2]],
  ['below 0', [1, -0.001]],
  ['below 0, or as good as 0', [1, -0]],
  ['no number', [1, Number.NaN]],
  ['without end', [1, Number.POSITIVE_INFINITY]],
  ['far from the others', [1, 1000 * MANY]],
] as const)('values of which one is %s are left to be sorted', ([, few]) => {
  expect(sortedByCounting(manyOf(few))).toBeUndefined();
});

test('few are left to be sorted', () => {
  expect(sortedByCounting(new Float64Array([2, 1]))).toBeUndefined();
});
