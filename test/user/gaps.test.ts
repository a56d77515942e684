import { expect, test } from 'vitest';
import { Summary } from '../../src/stats/summary.ts';
import { playVirtual } from '../support/play-virtual.ts';

test('inter-chunk latency is of the gaps between chunks: what the first waited for is TTFT', () => {
  const { records } = playVirtual(
    { conversation: { rounds: 1 }, population: { users: 1 } },
    () => ({ ttftMs: 500, tokens: 4, tokenMs: 10 }),
  );
  expect(records[0]).toMatchObject({ chunks: 4, chunkGapsMs: [10, 10, 10] });
  const summary = new Summary();
  summary.add(records[0]!, 0);
  const { distributions } = summary.close({ measured: [], arriving: [], fallingDue: [] });
  expect(distributions.iclMs).toMatchObject({ count: 3, max: 10 });
  expect(distributions.ttftMs).toMatchObject({ mean: 500 });
});

test('one chunk has no gap', () => {
  const { records } = playVirtual(
    { conversation: { rounds: 1 }, population: { users: 1 } },
    () => ({ ttftMs: 500, tokens: 1 }),
  );
  expect(records[0]!.chunkGapsMs).toEqual([]);
});
