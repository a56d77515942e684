import { expect, test } from 'vitest';
import { durationIn, unitOfName } from '../../src/base/duration.ts';

test.each<[string, number]>([
  ['90s', 90],
  ['5m', 300],
  ['1h', 3600],
  ['1h30m', 5400],
  ['1.5 h', 5400],
  ['250ms', 0.25],
  ['.5s', 0.5],
  ['2 days', 172_800],
  ['1 min 30 sec', 90],
  ['10us', 1e-5],
  ['0s', 0],
])('%j is %d s', (text, sec) => {
  expect(durationIn('sec', text)).toBe(sec);
});

test('in milliseconds, without what a double adds', () => {
  expect(durationIn('ms', '0.1s')).toBe(100);
  expect(durationIn('ms', '0.3ms')).toBe(0.3);
});

test.each(['', ' ', '5', 's', '5x', '5s3', '1m30', '-5s', '5 s!', '1e3s', 'soon', '5M'])(
  '%j is no time',
  (text) => {
    expect(durationIn('sec', text)).toBeUndefined();
  },
);

test.each<[string, 'sec' | 'ms' | undefined]>([
  ['pauseSec', 'sec'],
  ['ttftMs', 'ms'],
  ['usersPerSec', undefined],
  ['rates.achievedPerSec', undefined],
  ['Sec', 'sec'],
  ['items', undefined],
])('a field named %s holds %s', (name, unit) => {
  expect(unitOfName(name)).toBe(unit);
});
