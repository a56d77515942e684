import { describe, expect, test } from 'vitest';
import { droppedLines, Tally } from '../../../src/workload/files/tally.ts';
import { earliest } from '../../../src/workload/traces/earliest.ts';
import type { TraceEntry } from '../../../src/workload/traces/format.ts';

/** So many requests, the last of the file first by time. */
async function* backwards(count: number, session?: string): AsyncGenerator<TraceEntry> {
  for (let i = 0; i < count; i++) {
    yield { atMs: count - i, inputTokens: 1, ...(session && { session }) };
  }
}

async function kept(entries: AsyncIterable<TraceEntry>, users?: number) {
  const dropped = new Tally();
  const all = await earliest(entries, { file: 'trace', users, dropped });
  const times = all.map(({ atMs }) => atMs!).sort((a, b) => a - b);
  return { count: all.length, first: times.slice(0, 3), notes: droppedLines(dropped.dropped) };
}

describe('of more requests than are played', () => {
  test('X-5 those that come first are kept, wherever they are in the file', async () => {
    const { count, first, notes } = await kept(backwards(250_000), 3);
    expect(first).toEqual([1, 2, 3]);
    expect(count).toBe(150_000);
    expect(notes).toEqual([
      '100000 left out: later than what population.users play (first: one 100.0 s after the first)',
    ]);
  });

  test.each([
    ['in sessions', backwards(250_000, 's'), 3],
    ['that all are played', backwards(250_000), undefined],
    ['that are few', backwards(1000), 3],
  ])('all are kept %s', async (_, entries, users) => {
    const { count, notes } = await kept(entries, users);
    expect([250_000, 1000]).toContain(count);
    expect(notes).toEqual([]);
  });
});
