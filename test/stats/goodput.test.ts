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
  const [a, b] = [new Goodput({ ttftMs: 500 }), new Goodput({ ttftMs: 500 })];
  a.add(good);
  b.add(slow);
  a.merge(b);
  expect(a.close(1000)).toEqual(goodputOf({ ttftMs: 500 }, [good, slow], 1000));
});
