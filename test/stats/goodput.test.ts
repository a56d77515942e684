import { expect, test } from 'vitest';
import type { Slo } from '../../src/scenario/thresholds.ts';
import { Goodput } from '../../src/stats/goodput.ts';
import { turnRecord } from '../record/sample.ts';

function goodputOf(slo: Slo, records: ReturnType<typeof turnRecord>[], measuredMs = 10_000) {
  const goodput = new Goodput(slo);
  for (const record of records) goodput.add(record);
  return goodput.close(measuredMs);
}

/** TTFT 100 ms, ten tokens. */
const good = turnRecord();
const slow = turnRecord({ firstTokenMs: 1001 + 501 });

test('a request is good that keeps every limit, and a failed one is not', () => {
  const records = [good, good, slow, turnRecord({ status: 'timeout' }), good];
  const found = goodputOf({ ttftMs: 500, outputTokens: { min: 10 } }, records);
  expect(found).toMatchObject({ good: 3, judged: 5, share: 0.6, perSec: 0.3 });
  expect(found.missed).toEqual({ ttftMs: 1, outputTokens: 0 });
  expect(goodputOf({ outputTokens: { min: 11 } }, records)).toMatchObject({ good: 0, share: 0 });
});

test('the interval of a share is that of Wilson, of as many requests as there are independent ones', () => {
  const alternating = Array.from({ length: 100 }, (_, index) => (index % 5 < 3 ? good : slow));
  const { share, shareInterval95 } = goodputOf({ ttftMs: 500 }, alternating);
  expect(share).toBe(0.6);
  // Of 100 independent ones: 0.502 to 0.691; it lies closer to one half than the share.
  const [from, to] = shareInterval95!;
  expect(from).toBeCloseTo(0.502, 1);
  expect(to).toBeCloseTo(0.691, 1);
  expect(0.6 - from).toBeGreaterThan(to - 0.6);
});

test('what the end of the run cut off is not judged', () => {
  const cut = [turnRecord({ status: 'cancelled' }), turnRecord({ status: 'unsent' })];
  expect(goodputOf({ ttftMs: 500 }, [good, ...cut])).toMatchObject({ judged: 1, share: 1 });
  expect(goodputOf({ ttftMs: 500 }, cut)).toEqual({ good: 0, judged: 0, missed: { ttftMs: 0 } });
});

test('of the gaps of an answer each has to keep the limit', () => {
  const stalled = turnRecord({ chunkGapsMs: [10, 10, 400] });
  expect(goodputOf({ iclMs: 50 }, [good, stalled])).toMatchObject({ good: 1, share: 0.5 });
});

test('a value that a request has not is within any limit, one that none has is judged by nobody', () => {
  const oneToken = turnRecord({ outputTokens: 1 });
  expect(goodputOf({ tpotMs: 50 }, [good, oneToken])).toMatchObject({ good: 2, share: 1 });
  expect(goodputOf({ tpotMs: 50 }, [oneToken])).not.toHaveProperty('share');
});

test('merged, it is that of all', () => {
  const parts = [[good], [slow, good, good], [turnRecord({ outputTokens: 1 })]];
  const [first, ...others] = parts.map((records) => {
    const goodput = new Goodput({ ttftMs: 500, tpotMs: 50 });
    for (const record of records) goodput.add(record);
    return goodput;
  });
  for (const other of others) first!.merge(other);
  expect(first!.close(1000)).toEqual(goodputOf({ ttftMs: 500, tpotMs: 50 }, parts.flat(), 1000));
  // What is known of one part only is known of all.
  const [unknown, known] = [new Goodput({ tpotMs: 50 }), new Goodput({ tpotMs: 50 })];
  unknown.add(turnRecord({ outputTokens: 1 }));
  known.add(good);
  unknown.merge(known);
  expect(unknown.close(1000)).toMatchObject({ good: 2, judged: 2, share: 1 });
});

test('a limit may be reached, by one value and by each of several', () => {
  const { firstTokenMs, sentMs } = good;
  const ttftMs = firstTokenMs! - sentMs!;
  expect(goodputOf({ ttftMs }, [good]).good).toBe(1);
  expect(goodputOf({ ttftMs: { min: ttftMs } }, [good]).good).toBe(1);
  expect(goodputOf({ ttftMs: ttftMs - 1 }, [good]).good).toBe(0);
  const chunks = turnRecord({ chunkGapsMs: [10, 20] });
  expect(goodputOf({ iclMs: { min: 10, max: 20 } }, [chunks]).good).toBe(1);
  expect(goodputOf({ iclMs: { min: 11, max: 20 } }, [chunks]).good).toBe(0);
});

test('a rate needs time, and a verdict of each limit that a bad answer could be judged by', () => {
  expect(goodputOf({ ttftMs: 500 }, [good], 0)).not.toHaveProperty('perSec');
  const bad = turnRecord({ firstTokenMs: 1001 + 501, outputTokens: 1 });
  // Nobody knows a TPOT; but none is good, whatever that is.
  expect(goodputOf({ ttftMs: 500, tpotMs: 50 }, [bad])).toMatchObject({ good: 0, share: 0 });
  expect(
    goodputOf({ ttftMs: 500, tpotMs: 50 }, [turnRecord({ outputTokens: 1 })]),
  ).not.toHaveProperty('share');
});

test('the interval is of the verdicts in the order of time: runs of alike ones tell less', () => {
  const verdicts = (runs: number) =>
    Array.from({ length: 800 }, (_, i) => (Math.floor(i / runs) % 2 ? slow : good));
  const width = (runs: number) => {
    const [from, to] = goodputOf({ ttftMs: 500 }, verdicts(runs)).shareInterval95!;
    return to - from;
  };
  // 2 x 1.96 sqrt(0.5 x 0.5 / 800)
  expect(width(1)).toBeCloseTo(0.0691, 3);
  expect(width(40)).toBeGreaterThan(2.5 * width(1));
});
