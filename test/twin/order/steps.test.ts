import { describe, expect, test } from 'vitest';
import type { RunReference } from '../../../src/ledger/run-references.ts';
import type { TurnRecord } from '../../../src/record/record.ts';
import { type Served, stepsOf } from '../../../src/twin/order/steps.ts';

/** When the tokens of steps of very different lengths are out. */
const STEPS_MS = [100, 110, 190, 210, 225, 300, 305, 340, 420, 431, 440, 520];

/** A request with tokens in these steps, each of which reached the client so much later. */
function request(steps: readonly number[], lateMs: number, more: Partial<TurnRecord> = {}) {
  const timesMs = steps.map((step, place) => STEPS_MS[step]! + lateMs + 0.3 * (place % 3));
  const record = {
    firstTokenMs: timesMs[0]!,
    chunks: timesMs.length,
    chunkGapsMs: timesMs.slice(1).map((ms, place) => ms - timesMs[place]!),
    ...more,
  } as TurnRecord;
  const outputTokens = steps.length;
  return {
    ...{ record, outputTokens, offsetMs: 0, sentMs: 0, endMs: timesMs.at(-1)! },
  } as RunReference;
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
const summary = (served: readonly Served[] | undefined) =>
  served?.map(({ first, last, freed }) => [first, last, freed]);

describe('steps', () => {
  test('are told apart though they are of all lengths, and chunks of one come one after the other', () => {
    const all = [request(range(0, 6), 0), request(range(1, 9), 2), request(range(6, 12), 1)];
    expect(summary(stepsOf(all, false))).toEqual([
      [0, 5, 6],
      [1, 8, 9],
      [6, 11, 12],
    ]);
  });

  test('of an engine that schedules ahead free the blocks of an end one later, if others go on', () => {
    const all = [request(range(0, 6), 0), request(range(1, 9), 2)];
    expect(summary(stepsOf(all, true))).toEqual([
      [0, 5, 7],
      [1, 8, 9],
    ]);
  });

  test('that one sat out, as it had given up its blocks, are known by the others', () => {
    const all = [request(range(0, 12), 0), request([1, 2, 3, 8, 9, 10], 2)];
    expect(summary(stepsOf(all, false))![1]).toEqual([1, 10, 11]);
  });

  test('are as many as tokens, where chunks have several', () => {
    const whole = request(range(0, 12), 0);
    const { chunkGapsMs = [] } = whole.record;
    const [a, b, c, ...others] = chunkGapsMs as [number, number, number, ...number[]];
    const record = { ...whole.record, chunks: 10, chunkGapsMs: [a + b + c, ...others] };
    expect(summary(stepsOf([{ ...whole, record }], false))).toEqual([[0, 11, 12]]);
  });

  test('say when a prompt of several was admitted', () => {
    const all = [
      request(range(0, 12), 0),
      request(range(5, 8), 1, { enginePrefillMs: STEPS_MS[5]! - STEPS_MS[2]! }),
    ];
    const [, long] = stepsOf(all, false)!;
    expect(long).toMatchObject({ admitted: 3, first: 5 });
  });

  test('are not known where a journal has not kept when chunks came', () => {
    const { chunkGapsMs, ...record } = request(range(0, 3), 0).record;
    expect(chunkGapsMs).toHaveLength(2);
    expect(stepsOf([{ ...request(range(0, 3), 0), record }], false)).toBeUndefined();
  });
});
