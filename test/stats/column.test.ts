import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Column } from '../../src/stats/column.ts';
import { columnOf } from './series.ts';

/** Often more than a column has room for at first. */
const integers = (maxLength: number) =>
  fc.array(fc.integer({ min: -9, max: 9 }), { maxLength, size: 'max' });

test('a column is a list of numbers, however it grew and was merged', () => {
  const bounds = fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 }));
  fc.assert(
    fc.property(integers(200), integers(200), integers(9), bounds, (a, b, c, [min, max]) => {
      const column = columnOf(a);
      column.merge(columnOf(b));
      for (const value of c) column.add(value);
      const values = [...a, ...b, ...c];
      expect(column.count).toBe(values.length);
      expect([...column.values()]).toEqual(values);
      expect([...column.sorted()]).toEqual(values.toSorted((x, y) => x - y));
      expect([...column.values()]).toEqual(values);
      const within = values.filter((value) => value >= min && value <= max);
      expect(column.countBetween(min, max)).toBe(within.length);
    }),
  );
});

test('unknown values are left out, and a merged column stays as it is', () => {
  const [column, other] = [columnOf([1]), columnOf([2])];
  column.add(undefined);
  column.merge(other);
  column.add(3);
  expect([...column.values()]).toEqual([1, 2, 3]);
  expect([...other.values()]).toEqual([2]);
  expect([...new Column().sorted()]).toEqual([]);
});

test('what came in ascending order is not copied to be sorted', () => {
  const isView = (...values: number[]) => {
    const column = columnOf(values);
    return column.sorted().buffer === column.values().buffer;
  };
  expect([isView(), isView(1), isView(1, 1, 2), isView(2, 1), isView(1, 2, 1)]).toEqual([
    ...[true, true, true, false, false],
  ]);
});
