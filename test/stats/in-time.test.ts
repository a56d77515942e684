import { expect, test } from 'vitest';
import { eachInTime } from '../../src/stats/in-time.ts';
import { placeParts } from '../../src/stats/timeline.ts';
import { samplePart, turnRecord } from '../record/sample.ts';

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
