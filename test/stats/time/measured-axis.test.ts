import { expect, test } from 'vitest';
import { MeasuredAxis } from '../../../src/stats/time/measured-axis.ts';
import { footer, header, ORIGIN_EPOCH_MS, samplePart, turnRecord } from '../../record/sample.ts';

const part = (number: number, beginsMs: number, sentMs: readonly number[]) =>
  samplePart({
    header: header({ part: number, originEpochMs: ORIGIN_EPOCH_MS + beginsMs }),
    records: sentMs.map((ms) => turnRecord({ sentMs: ms })),
    footer: footer({ measureStartMs: 1000, measureEndMs: 11_000, drainStartMs: 9000 }),
  });

const placesOf = (axis: MeasuredAxis) =>
  [...axis.requests()].map((request) => axis.at(request.record.sentMs, request));

test('time counts from the start of measuring', () => {
  const axis = new MeasuredAxis([part(0, 0, [1000, 1500, 11_000])]);
  expect(axis.spanMs).toBe(10_000);
  expect(placesOf(axis)).toEqual([0, 500, 10_000]);
});

test('what lies between a part and its resume is cut out', () => {
  const axis = new MeasuredAxis([part(0, 0, [1500]), part(1, 3_600_000, [1500])]);
  expect(axis.stretches).toHaveLength(2);
  expect(axis.spanMs).toBe(20_000);
  expect(placesOf(axis)).toEqual([500, 10_500]);
});

test('partitions lie beside each other', () => {
  const axis = new MeasuredAxis([part(0, 0, [1500]), part(0, 2000, [1500])]);
  expect(axis.spanMs).toBe(12_000);
  expect(placesOf(axis)).toEqual([500, 2500]);
});

test('rounding puts no time outside; what was not measured, or is unknown, has no place', () => {
  const axis = new MeasuredAxis([part(0, 0, [999.9995, 11_000.0005, 999, 11_001])]);
  expect(placesOf(axis)).toEqual([0, 10_000, undefined, undefined]);
  const [request] = axis.requests();
  expect(axis.at(undefined, request!)).toBeUndefined();
});

test('the warm-up is no part of it', () => {
  const records = [turnRecord({ phase: 'warmup' }), turnRecord({ userId: 2 })];
  const axis = new MeasuredAxis([samplePart({ records })]);
  expect([...axis.requests()].map(({ record }) => record.userId)).toEqual([2]);
});

test('offered is what fell due before the drain, and in its first instant what was sent all the same', () => {
  const due = (intendedMs: number | undefined, status: 'ok' | 'unsent') => {
    const records = [turnRecord({ status, intendedMs })];
    const axis = new MeasuredAxis([{ ...part(0, 0, []), records }]);
    const [request] = axis.requests();
    return axis.offeredAt(request!);
  };
  expect(due(1000, 'ok')).toBe(0);
  expect(due(8999, 'unsent')).toBe(7999);
  expect(due(9000, 'ok')).toBe(8000);
  expect(due(9000, 'unsent')).toBeUndefined();
  expect(due(9500, 'ok')).toBeUndefined();
  expect(due(undefined, 'ok')).toBeUndefined();
});
