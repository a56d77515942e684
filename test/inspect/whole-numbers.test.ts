import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WholeNumbers } from '../../src/inspect/whole-numbers.ts';
import { Column } from '../../src/stats/column.ts';
import { distributionOf } from '../../src/stats/quantile.ts';

test('counted numbers have the statistics of a column of them', () => {
  const number = fc.oneof(fc.nat(5), fc.nat(3000), fc.nat(2 ** 31));
  fc.assert(
    fc.property(fc.array(number, { maxLength: 40 }), (values) => {
      const counted = new WholeNumbers();
      const column = new Column();
      for (const value of values) {
        counted.add(value);
        column.add(value);
      }
      const expected = distributionOf(column);
      const actual = counted.close();
      expect(counted.count).toBe(values.length);
      expect(Object.keys(actual ?? {})).toEqual(Object.keys(expected ?? {}));
      for (const [name, value] of Object.entries(expected ?? {})) {
        expect(actual![name as keyof typeof actual]).toBeCloseTo(value as number, 4);
      }
    }),
    { seed: 1 },
  );
});

test('a number that is not known is left out', () => {
  const counted = new WholeNumbers();
  counted.add(undefined);
  expect(counted.close()).toBeUndefined();
  counted.add(4);
  expect(counted.close()).toMatchObject({ count: 1, mean: 4, min: 4, max: 4 });
});
