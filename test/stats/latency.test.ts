import { expect, test } from 'vitest';
import type { TurnRecord } from '../../src/record/record.ts';
import {
  generatorDelayMs,
  itlMs,
  latencyFromIntendedMs,
  latencyMs,
  latenessMs,
  tpotMs,
  ttfoMs,
  ttftFromIntendedMs,
  ttftMs,
} from '../../src/stats/latency.ts';
import { turnRecord } from '../record/sample.ts';

const latency = {
  generatorDelayMs,
  itlMs,
  latencyFromIntendedMs,
  latencyMs,
  latenessMs,
  tpotMs,
  ttfoMs,
  ttftFromIntendedMs,
  ttftMs,
};

const known: TurnRecord = turnRecord({
  intendedMs: 1000,
  readyMs: 1010,
  sentMs: 1020,
  connectMs: 4,
  firstTokenMs: 1120,
  firstOutputMs: 1170,
  lastTokenMs: 1300,
  endMs: 1320,
  outputTokens: 11,
  chunks: 5,
});

test.each([
  ['ttftMs', 100],
  ['ttftFromIntendedMs', 120],
  ['ttfoMs', 150],
  ['latencyMs', 300],
  ['latencyFromIntendedMs', 320],
  ['tpotMs', (300 - 100) / 10],
  ['itlMs', (1300 - 1120) / 10],
  ['latenessMs', 20],
  ['generatorDelayMs', 6],
] as const)('M-54 %s is %d ms', (name, expected) => {
  expect(latency[name](known)).toBeCloseTo(expected, 9);
});

test.each([
  ['ttftMs', 'sentMs'],
  ['ttftMs', 'firstTokenMs'],
  ['ttftFromIntendedMs', 'intendedMs'],
  ['ttfoMs', 'firstOutputMs'],
  ['latencyMs', 'endMs'],
  ['latencyFromIntendedMs', 'intendedMs'],
  ['tpotMs', 'outputTokens'],
  ['tpotMs', 'firstTokenMs'],
  ['itlMs', 'lastTokenMs'],
  ['latenessMs', 'sentMs'],
  ['generatorDelayMs', 'readyMs'],
] as const)('%s is unknown without %s', (name, field) => {
  const { [field]: _, ...rest } = known;
  expect(latency[name](rest as TurnRecord)).toBeUndefined();
});

test.each([
  ['a single output token', { outputTokens: 1 }],
  ['no output token', { outputTokens: 0 }],
  ['an answer that came as one chunk', { chunks: 1 }],
])('%s has no time per token', (_, fields) => {
  const record = turnRecord(fields);
  expect(tpotMs(record)).toBeUndefined();
  expect(itlMs(record)).toBeUndefined();
});

test('two tokens in two deltas have one gap', () => {
  const record = { ...known, outputTokens: 2, chunks: 2 };
  expect([tpotMs(record), itlMs(record)]).toEqual([200, 180]);
});

test('a request on a warm connection waited for no connecting', () => {
  const { connectMs: _, ...rest } = known;
  expect(generatorDelayMs(rest)).toBe(10);
});

test.each([
  ['a retry', { attempts: 2 }],
  ['a reconnect', { reconnects: 1 }],
])('after %s the generator delay is unknown, the lateness is not', (_, fields) => {
  expect(generatorDelayMs({ ...known, ...fields })).toBeUndefined();
  expect(latenessMs({ ...known, ...fields })).toBe(20);
});

test('rounded times do not make a negative generator delay', () => {
  expect(generatorDelayMs({ ...known, sentMs: 1014.001, connectMs: 4.002 })).toBe(0);
});
