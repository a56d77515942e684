import { expect, test } from 'vitest';
import { clientVerdict } from '../../src/report/verdict.ts';
import { sampledOf } from '../../src/stats/quantile.ts';
import { columnOf } from '../stats/series.ts';

const verdictOf = (delaysMs: number[]) =>
  clientVerdict(
    { generatorDelayMs: sampledOf(columnOf(delaysMs))! },
    { healths: [] },
    undefined,
    60_000,
  );

test('one late request of few is no bottleneck, half of them are', () => {
  expect(verdictOf([0.1, 0.2, 0.1, 0.1, 300])).toMatchObject({
    ...{ isBottleneck: false, judgedBy: 'p50', delayMs: 0.1 },
  });
  expect(verdictOf([300, 200, 100, 0.1, 300]).problems).toEqual([
    'own delay before sending, p50: 200.0 ms (limit 10 ms)',
  ]);
});

test('the highest percentile counts that there are enough requests for', () => {
  const delays = (count: number) =>
    Array.from({ length: count }, (_, index) => ((index * 7919) % count < count / 20 ? 50 : 0.1));
  expect(verdictOf(delays(2000))).toMatchObject({ judgedBy: 'p99', isBottleneck: true });
  expect(verdictOf(delays(150))).toMatchObject({ judgedBy: 'p90', isBottleneck: false });
});
