import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Pairing, pairedDifference } from '../../src/compare/difference.ts';
import { meanOf, quantileOf } from '../../src/compare/estimate.ts';
import { pairedRepeats, unpairedRepeats } from '../../src/compare/repeats.ts';
import { estimateOf as estimateOfSorted, type STATISTICS, timesInSystem } from './coverage.ts';

function estimateOf(values: Float64Array, name: (typeof STATISTICS)[number]) {
  return estimateOfSorted({ values, sorted: values.toSorted() }, name);
}

function inOrder(count: number): Pairing {
  const places = Int32Array.from({ length: count }, (_, index) => index);
  return { placesA: places, placesB: places, count };
}

test('a run beside itself differs by exactly 0, without any doubt', () => {
  const times = timesInSystem(2000, 0.8, 1, 'same');
  for (const name of ['mean', 'p50', 'p95', 'p99'] as const) {
    const [a, b] = [estimateOf(times, name), estimateOf(times.slice(), name)];
    expect(pairedDifference(a, b, inOrder(2000))).toMatchObject({
      difference: 0,
      interval95: [0, 0],
      ratio: { value: 1, interval95: [1, 1] },
      pValue: 1,
    });
  }
});

test('what is twice as long differs by as much, whatever else there is', () => {
  const once = timesInSystem(2000, 0.5, 1, 'twice');
  const twice = once.map((each) => 2 * each);
  for (const name of ['mean', 'p50'] as const) {
    const found = pairedDifference(estimateOf(once, name), estimateOf(twice, name), inOrder(2000));
    expect(found.ratio!.value).toBeCloseTo(2, 12);
    expect(found.ratio!.interval95[0]).toBeCloseTo(2, 6);
    expect(found.ratio!.interval95[1]).toBeCloseTo(2, 6);
  }
});

test('pairs leave less doubt than runs of their own, where they have much in common', () => {
  const [a, b] = [1, 0.9].map((service) => timesInSystem(4000, 0.5, service, 'common'));
  const [one, other] = [estimateOf(a!, 'mean'), estimateOf(b!, 'mean')];
  const paired = pairedDifference(one, other, inOrder(4000));
  const unpaired = unpairedRepeats([{ estimate: one }], [{ estimate: other }]);
  expect(paired.difference).toBe(unpaired.difference);
  expect(paired.doubt.variance).toBeLessThan(unpaired.doubt.variance / 5);
});

test('the sides exchanged, all is the other way round', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 999 }), fc.integer({ min: 1, max: 999 })), {
        minLength: 4,
        maxLength: 100,
      }),
      (pairs) => {
        const [a, b] = [0, 1].map((side) => {
          const values = Float64Array.from(pairs, (pair) => pair[side]!);
          return [meanOf({ values })!, quantileOf({ values }, values.toSorted(), 0.5)!];
        });
        for (const kind of [0, 1]) {
          const there = pairedDifference(a![kind]!, b![kind]!, inOrder(pairs.length));
          const back = pairedDifference(b![kind]!, a![kind]!, inOrder(pairs.length));
          expect(back.difference).toBe(-there.difference || 0);
          const span = there.interval95[1] - there.interval95[0];
          const apart = back.interval95[0] + there.interval95[1];
          if (Number.isFinite(span)) expect(Math.abs(apart)).toBeLessThanOrEqual(0.01 * span);
          expect(Math.abs(back.pValue - there.pValue)).toBeLessThan(0.02);
        }
      },
    ),
    { numRuns: 30 },
  );
});

test('of too few values nothing is reliable', () => {
  const few = timesInSystem(100, 0.001, 1, 'few');
  const found = (name: 'mean' | 'p99') =>
    unpairedRepeats([{ estimate: estimateOf(few, name) }], [{ estimate: estimateOf(few, name) }]);
  expect(found('mean').isReliable).toBe(true);
  expect(found('p99').isReliable).toBe(false);
});

test('repeats that differ more than each of them leaves open decide by how they differ', () => {
  const run = (level: number, seed: string) => ({
    estimate: meanOf({ values: timesInSystem(1000, 0.001, 1, seed).map((each) => each + level) })!,
  });
  const a = [run(0, 'a1'), run(10, 'a2'), run(20, 'a3')];
  const b = [run(1, 'b1'), run(11, 'b2'), run(21, 'b3')];
  const { difference, interval95, doubt } = unpairedRepeats(a, b);
  expect(difference).toBeCloseTo(1, 0);
  // s^2 / R of each side is 100 / 3, of two degrees of freedom.
  expect(doubt.variance).toBeCloseTo(200 / 3, -1);
  expect(doubt.degrees).toBeCloseTo(4, 1);
  expect(interval95[0]).toBeLessThan(-15);
  const pairs = a.map(({ estimate }, index) =>
    pairedDifference(estimate, b[index]!.estimate, inOrder(1000)),
  );
  // Each pair differs by 1.
  expect(pairedRepeats(pairs).doubt.variance).toBeLessThan(0.01);
});

test('repeats that are alike leave what each of them leaves, over their number', () => {
  const estimate = meanOf({ values: timesInSystem(1000, 0.5, 1, 'one') })!;
  const [one, four] = [1, 4].map((count) =>
    unpairedRepeats(Array(count).fill({ estimate }), Array(count).fill({ estimate })),
  );
  expect(four!.doubt.variance).toBeCloseTo(one!.doubt.variance / 4, 3);
});
