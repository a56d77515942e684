import { expect, test } from 'vitest';
import { eachInTime, inOrder } from '../../../src/stats/time/in-time.ts';
import { placeParts } from '../../../src/stats/time/timeline.ts';
import { samplePart, turnRecord } from '../../record/sample.ts';

const part = (index: number, ...endsMs: (number | undefined)[]) =>
  samplePart({ records: endsMs.map((endMs) => turnRecord({ userId: index, endMs })) });

test('records of partitions are taken together in the order in which they ended', () => {
  const seen: [number, number | undefined][] = [];
  eachInTime(placeParts([part(1, 10, 40, 60), part(2, 20, undefined, 30, 70)]), (record) => {
    seen.push([record.userId, record.endMs]);
  });
  expect(seen).toEqual([
    ...[
      [1, 10],
      [2, 20],
      [2, undefined],
      [2, 30],
    ],
    ...[
      [1, 40],
      [1, 60],
      [2, 70],
    ],
  ]);
});

test('of one part the order is that of its journal', () => {
  const seen: (number | undefined)[] = [];
  eachInTime(placeParts([part(1, 30, undefined, 10)]), ({ endMs }) => seen.push(endMs));
  expect(seen).toEqual([30, undefined, 10]);
  eachInTime([], () => expect.unreachable());
});

test('what never ended comes with the one before it, and at once where it is the first', () => {
  const seen: [number, number | undefined][] = [];
  eachInTime(placeParts([part(1, 10), part(2, undefined, 5, undefined)]), ({ userId, endMs }) => {
    seen.push([userId, endMs]);
  });
  expect(seen).toEqual([
    [2, undefined],
    [2, 5],
    [2, undefined],
    [1, 10],
  ]);
});

test('partitions lie where the timeline has them', () => {
  const seen: number[] = [];
  const placed = placeParts([part(1, 10, 40), part(2, 20, 30)]);
  const later = { ...placed[1]!, offsetMs: 15 };
  eachInTime([placed[0]!, later], ({ userId }, { offsetMs }) => seen.push(userId, offsetMs));
  expect(seen).toEqual([1, 0, 2, 15, 1, 0, 2, 15]);
});

test.each([
  [[], []],
  [[7], [7]],
  [[1, 2, 2, 3], undefined],
  [[undefined, 1, undefined, 2], undefined],
  [
    [2, 1],
    [1, 2],
  ],
  [
    [3, undefined, 1],
    [1, 3, undefined],
  ],
  [
    [undefined, 5, 5, 4, undefined, 9],
    [4, 5, 5, 9, undefined, undefined],
  ],
])('records that ended at %j are put into the order %j, if they are not in it', (ends, sorted) => {
  const [placed] = placeParts([part(1, ...ends)]);
  const found = inOrder(placed!);
  expect(found.part.records.map(({ endMs }) => endMs)).toEqual(sorted ?? ends);
  if (!sorted) expect(found).toBe(placed);
});

test('records that ended at once stay as they were among each other', () => {
  const records = [3, 5, 5, 5, 1].map((endMs, turn) => turnRecord({ turn, endMs }));
  const [placed] = placeParts([samplePart({ records })]);
  expect(inOrder(placed!).part.records.map(({ turn }) => turn)).toEqual([4, 0, 1, 2, 3]);
});

test('of records that ended at once the first partition has the first', () => {
  const seen: number[] = [];
  eachInTime(placeParts([part(1, 10, 20), part(2, 10, 20)]), ({ userId }) => seen.push(userId));
  expect(seen).toEqual([1, 2, 1, 2]);
});
