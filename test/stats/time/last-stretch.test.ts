import { expect, test } from 'vitest';
import type { TurnRecord } from '../../../src/record/record.ts';
import type { Run } from '../../../src/record/run-folder.ts';
import { lastStretch } from '../../../src/stats/time/last-stretch.ts';
import { footer, header } from '../../record/sample.ts';
import { answeredTurn } from '../../support/turn-record.ts';

/** Conversations of so many turns, one after the other: a request each second. */
function runOf(requests: number, turns: number): Run {
  const records = Array.from({ length: requests }, (_, second): TurnRecord => {
    const place = { userId: Math.floor(second / turns), turn: second % turns, turns };
    return answeredTurn({ ...place, sentMs: 1000 * second, endMs: 1000 * second + 500 });
  });
  return { parts: [{ header: header(), records, footer: footer() }], warnings: [] };
}

test('the last so many requests count, and a third as many before them only fill the cache', () => {
  const stretch = lastStretch(runOf(100, 1), 30)!;
  expect(stretch).toMatchObject({ requests: 30, of: 100, fromSec: 70 });
  const phases = stretch.run.parts[0]!.records.map(({ phase }) => phase);
  expect(phases).toEqual([...Array(10).fill('warmup'), ...Array(30).fill('measure')]);
});

test('a conversation that had begun before what is kept does not count', () => {
  // Kept from request 60 on: conversation 8 began with request 56, and its last turn is request 62.
  const stretch = lastStretch(runOf(100, 7), 30)!;
  expect(stretch.requests).toBe(30);
  const long = lastStretch(runOf(100, 20), 30)!;
  const counted = long.run.parts[0]!.records.filter(({ phase }) => phase === 'measure');
  expect(Math.min(...counted.map(({ userId }) => userId))).toBe(3);
  expect(long.requests).toBe(30);
  expect(lastStretch(runOf(100, 40), 30)!.requests).toBe(20);
});

test('where conversations are longer than the stretch there is none', () => {
  expect(lastStretch(runOf(100, 100), 30)).toBeUndefined();
});
