import { expect, test } from 'vitest';
import type { TurnRecord } from '../../../src/record/record.ts';
import { differences, type Holding } from '../../../src/twin/order/parting.ts';

const [A, B, C, D] = ['A', 'B', 'C', 'D'].map((name) => ({ name }) as unknown as TurnRecord) as [
  TurnRecord,
  TurnRecord,
  TurnRecord,
  TurnRecord,
];

const held = (record: TurnRecord, fromTime: number, toTime: number): Holding => ({
  ...{ record, fromTime, toTime },
});

test('blocks that are freed as another is admitted are free to it', () => {
  const run = [held(A, 0, 10), held(B, 10, 20)];
  const twin = [held(A, 0, 11), held(B, 10, 20)];
  expect(differences(run, run)).toEqual(new Map());
  expect([...differences(run, twin)]).toEqual([[B, { of: B, other: A, standing: 'ended' }]]);
  expect([...differences(twin, run)]).toEqual([[B, { of: B, other: A, standing: 'held' }]]);
});

test('two that overlap in both may come in another order', () => {
  const run = [held(A, 0, 10), held(B, 5, 20)];
  const twin = [held(B, 4, 20), held(A, 6, 10)];
  const difference = { of: B, other: A, standing: 'before' };
  expect(differences(run, twin).get(B)).toEqual(difference);
});

test('whoever met the same is referred to the last before it that did not', () => {
  const run = [held(A, 0, 10), held(B, 5, 30), held(C, 10, 20), held(D, 25, 40)];
  const twin = [held(A, 0, 12), held(B, 5, 30), held(C, 10, 20), held(D, 25, 40)];
  const parted = differences(run, twin);
  expect(parted.has(B)).toBe(false);
  expect(parted.get(C)).toEqual({ of: C, other: A, standing: 'ended' });
  expect(parted.get(D)).toBe(parted.get(C));
});

test('those that the twin did not complete are met by nobody', () => {
  const run = [held(A, 0, 10), held(B, 5, 20)];
  expect(differences(run, [held(B, 4, 20)])).toEqual(new Map());
});

test('of two that ended in another order the later one is named to those that come then', () => {
  const run = [held(A, 0, 10), held(B, 1, 12), held(C, 12, 20)];
  const twin = [held(A, 0, 11), held(B, 1, 10), held(C, 12, 20)];
  expect(differences(run, twin).get(C)).toEqual({ of: B, other: A, standing: 'endedFirst' });
  expect(differences(run, twin).has(B)).toBe(false);
});
