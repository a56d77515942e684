import { expect, test } from 'vitest';
import { duration } from '../../src/report/duration.ts';
import { soFarText, statusText } from '../../src/report/so-far.ts';

const SO_FAR = {
  ...{ measuredMs: 31_000, completed: 57, failed: 1, ended: 58, conversations: 12 },
  ...{ completedPerSec: 4.9, meanTtftMs: 50.51, meanTpotMs: 14.32, cachedShare: 0.853 },
  ...{ share: 0.6, leftMs: 21_000 },
};
const NOW = { phase: 'measuring', inFlight: 3, activeUsers: 5, kvUsage: 0.12 } as const;

test('a bar with its goal and what is left, then the numbers so far; 80 columns are enough', () => {
  const text = statusText(SO_FAR, { conversations: 20 }, NOW, 80);
  expect(text).toBe(
    [
      'measuring [############--------] 12 of 20 conversations, 31 s, about 21 s left',
      '  57 completed, 1 failed, 3 in flight, 5 active, 4.900 requests/s,',
      '  TTFT 50.51 ms, TPOT 14.32 ms, cached 85.3 %, KV 12.0 % full',
    ].join('\n'),
  );
});

test.each([
  [{ afterMs: 60_000 }, '58 requests, 31 s of 1 min, about'],
  [{ requests: 100 }, '58 of 100 requests, 31 s, about'],
])('the goal of %j', (goals, text) => {
  expect(statusText(SO_FAR, goals, NOW, 80)).toContain(text);
});

test('a drain has its bar full and no guess, a warm-up has neither', () => {
  const draining = statusText(SO_FAR, { requests: 100 }, { ...NOW, phase: 'draining' }, 80);
  expect(draining).toMatch(/^draining \[#{20}\] 58 of 100 requests, 31 s\n/);
  for (const phase of ['warmingUp', 'handingOver'] as const) {
    const warmingUp = statusText(SO_FAR, {}, { ...NOW, phase }, 80);
    expect(warmingUp).toBe('warming up: 3 requests in flight');
  }
});

test('a log line ends with the goal; without one, with what is known', () => {
  expect(soFarText(SO_FAR, { requests: 100 }, NOW)).toBe(
    '58 of 100 requests, cached 85.3 %, KV 12.0 % full, about 21 s left',
  );
  const { cachedShare: _, leftMs: __, ...less } = SO_FAR;
  expect(soFarText(less, {}, { ...NOW, kvUsage: undefined })).toBe('');
});

test.each([
  [400, '0 s'],
  [59_400, '59 s'],
  [59_600, '1 min'],
  [90_000, '1 min 30 s'],
  [3_599_600, '1 h'],
  [7_500_000, '2 h 5 min'],
  [90_000_000, '1 d 1 h'],
])('%d ms is said as %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});
