import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keyOf, type Point, Sample } from '../../src/stats/sample.ts';

const COUNT = 10_000;
const points = Array.from({ length: COUNT }, (_, userId): [number, Point] => [
  keyOf(userId, 0),
  [userId, userId % 7],
]);

function sampleOf(list: readonly [number, Point][], most: number): Sample {
  const sample = new Sample(most);
  for (const [key, point] of list) sample.add(key, point);
  return sample;
}

test('few points are all taken, in the order of x', () => {
  const few = sampleOf(points.slice(0, 5).toReversed(), 5);
  expect(few.close()).toEqual(points.slice(0, 5).map(([, point]) => point));
});

test('of many, as many as there may be, whatever the order they came in', () => {
  const sample = sampleOf(points, 100);
  const drawn = sample.close();
  expect(sample.count).toBe(COUNT);
  expect(drawn).toHaveLength(100);
  expect(sampleOf(points.toReversed(), 100).close()).toEqual(drawn);
  expect(sampleOf([...points.slice(5000), ...points.slice(0, 5000)], 100).close()).toEqual(drawn);
});

test('points of one key are told apart by their values', () => {
  const alike: [number, Point][] = [
    [1, [2, 0]],
    [1, [1, 0]],
    [1, [3, 0]],
  ];
  expect(sampleOf(alike, 2).close()).toEqual([
    [1, 0],
    [2, 0],
  ]);
  expect(sampleOf(alike.toReversed(), 2).close()).toEqual(sampleOf(alike, 2).close());
});

test('all users, and all turns of a user, are equally likely', () => {
  const quarters = (keys: readonly number[]) =>
    [0, 1, 2, 3].map((part) => keys.filter((key) => Math.floor(key / 2 ** 30) === part).length);
  const users = Array.from({ length: 4000 }, (_, userId) => keyOf(userId, 3));
  const turns = Array.from({ length: 4000 }, (_, turn) => keyOf(12, turn));
  // 1000 expected in each; 5 standard deviations are 137.
  for (const count of [...quarters(users), ...quarters(turns)]) {
    expect(Math.abs(count - 1000)).toBeLessThan(137);
  }
  expect(new Set([...users, ...turns]).size).toBeGreaterThan(7990);
});

test('they are those of the least keys, then of the least x and y', () => {
  const point = fc.tuple(fc.nat(9), fc.tuple(fc.nat(2), fc.nat(2)));
  const byPoint = ([ax, ay]: Point, [bx, by]: Point) => ax - bx || ay - by;
  fc.assert(
    fc.property(
      fc.array(point, { maxLength: 40, size: 'max' }),
      fc.integer({ min: 1, max: 4 }),
      (list, most) => {
        const least = list.toSorted(([a, p], [b, q]) => a - b || byPoint(p, q)).slice(0, most);
        expect(sampleOf(list, most).close()).toEqual(least.map(([, one]) => one).sort(byPoint));
      },
    ),
    { numRuns: 200 },
  );
});

test('points of one x are in the order of y', () => {
  const column: [number, Point][] = [3, 1, 2].map((y, key) => [key, [5, y]]);
  expect(
    sampleOf(column, 3)
      .close()
      .map(([, y]) => y),
  ).toEqual([1, 2, 3]);
});

/** In whole numbers of any size, as its author has it: fmix32 of MurmurHash3. */
function fmix32(input: bigint): bigint {
  const cut = (value: bigint) => BigInt.asUintN(32, value);
  let h = cut(input);
  h = cut((h ^ (h >> 16n)) * 0x85ebca6bn);
  h = cut((h ^ (h >> 13n)) * 0xc2b2ae35n);
  return h ^ (h >> 16n);
}

test('the keys are the same on every machine and in every release, so that reports show the same points', () => {
  const golden = 0x9e3779b9n;
  for (const [userId, turn] of [
    ...[0, 1, 7, 100_000, 2 ** 31].map((user) => [user, 0] as const),
    ...[1, 2, 63].map((turn) => [12, turn] as const),
  ]) {
    const ofUser = fmix32(BigInt(userId) + golden);
    expect(BigInt(keyOf(userId, turn))).toBe(fmix32(ofUser + BigInt(turn) + golden));
  }
});
