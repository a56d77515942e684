import { expect, onTestFinished, test } from 'vitest';
import { retryAfterMs } from '../../../src/transport/http/retry-after.ts';

const NOW = Date.UTC(1994, 10, 6, 8, 49, 37);

test.each<[string, number | undefined]>([
  ['0', 0],
  ['120', 120_000],
  [' 2 ', 2000],
  ['1.5', 1500],
  // the three forms of an HTTP date
  ['Sun, 06 Nov 1994 08:49:57 GMT', 20_000],
  ['Sunday, 06-Nov-94 08:49:57 GMT', 20_000],
  ['Sun Nov  6 08:49:57 1994', 20_000],
  ['Sun, 06 Nov 1994 08:00:00 GMT', 0],
  // more than anybody waits for
  ['99999999999999999999', 365 * 24 * 3600 * 1000],
  ['Fri, 31 Dec 9999 23:59:59 GMT', 365 * 24 * 3600 * 1000],
  // what cannot be read asks for nothing
  ['', undefined],
  ['-1', undefined],
  ['soon', undefined],
  ['1e3', undefined],
  ['2026-11-27T17:00:00Z', undefined],
  ['Sun, 99 Nov 1994 99:49:57 GMT', undefined],
])('Retry-After: %s', (value, waitMs) => {
  expect(retryAfterMs({ 'retry-after': value }, NOW)).toBe(waitMs);
});

test('without one nothing is asked', () => {
  expect(retryAfterMs({}, NOW)).toBeUndefined();
});

test("a date counts from the server's own clock where it tells it", () => {
  const headers = {
    date: 'Mon, 07 Nov 1994 08:00:00 GMT',
    'retry-after': 'Mon, 07 Nov 1994 08:00:05 GMT',
  };
  expect(retryAfterMs(headers, NOW)).toBe(5000);
});

test('milliseconds of their own win, as they are more exact', () => {
  expect(retryAfterMs({ 'retry-after-ms': '150', 'retry-after': '1' }, NOW)).toBe(150);
});

test('a date without a zone is of Greenwich, wherever this machine is', () => {
  const { TZ } = process.env;
  onTestFinished(() => {
    if (TZ === undefined) delete process.env['TZ'];
    else process.env['TZ'] = TZ;
  });
  for (const zone of ['America/New_York', 'Asia/Tokyo']) {
    process.env['TZ'] = zone;
    expect(new Date(NOW).getTimezoneOffset()).not.toBe(0);
    expect(retryAfterMs({ 'retry-after': 'Sun Nov  6 08:49:57 1994' }, NOW)).toBe(20_000);
  }
});
