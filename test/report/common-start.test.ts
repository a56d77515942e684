import { expect, test } from 'vitest';
import type { RunPart } from '../../src/record/journal-reader.ts';
import type { CommonStart } from '../../src/record/record.ts';
import { startOf, startText } from '../../src/report/common-start.ts';
import { placeParts } from '../../src/stats/time/timeline.ts';
import { partOf } from '../support/partitioned.ts';

const EPOCH_MS = Date.parse('2026-12-01T09:00:00Z');

/** A part of a run in real time, which began 3 s after its process did; its clock is ahead by so much. */
function began(index: number, start: Partial<CommonStart>, aheadMs = 0): RunPart {
  const { header, records, footer } = partOf({
    conversation: { rounds: 1 },
    population: { users: 2, partition: { index, of: 2 } },
  });
  const originEpochMs = EPOCH_MS - 3000 + aheadMs;
  const agreed = { epochMs: EPOCH_MS, lateMs: 0, ...start };
  return { header: { ...header, clock: 'system', originEpochMs, start: agreed }, records, footer };
}

const zero = began(0, { skewMs: { leastMs: 0, mostMs: 0 } });

test('ranks whose clocks may be right are told how well that is known', () => {
  const start = startOf([zero, began(1, { skewMs: { leastMs: -6, mostMs: 7 }, lateMs: 400 })])!;
  expect(startText(start)).toBe(
    "together at 2026-12-01T09:00:00.000Z, the last 400.0 ms later; clocks at most 6.000 ms behind and 7.000 ms ahead of rank 0's, as far as could be measured; none was seen to differ",
  );
});

test('a clock that is known to be wrong is put right, and that is told', () => {
  const skewed = began(1, { skewMs: { leastMs: 118, mostMs: 122 }, aheadMs: 120 }, 120);
  expect(startText(startOf([zero, skewed])!)).toMatch(
    /; that of partition 1 was put right by 120\.0 ms$/,
  );
  expect(placeParts([zero, skewed]).map(({ offsetMs }) => offsetMs)).toEqual([0, 0]);
});

test('a start that was set for one process has no clock beside it', () => {
  expect(startText(startOf([began(0, {})])!)).toBe('set to 2026-12-01T09:00:00.000Z');
  expect(startOf([partOf({ population: { users: 1 } })])).toBeUndefined();
});
