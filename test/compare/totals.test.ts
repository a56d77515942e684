import { expect, test } from 'vitest';
import { spreadOf } from '../../src/compare/blocks.ts';
import { totalOfRun } from '../../src/compare/totals.ts';
import { requestOf, runOf } from './compared.ts';

test('a rate is of the whole measured time, whatever passed after the last request', () => {
  const records = Array.from({ length: 200 }, (_, userId) => requestOf(userId));
  const run = runOf(records, { measured: { startMs: 0, totalMs: 40_000 } });
  const rate = totalOfRun(run, 'rates.achievedPerSec', undefined)!;
  expect(rate.value).toBeCloseTo(5, 10);
  expect(totalOfRun(run, 'rates.outputTokensPerSec', undefined)!.value).toBeCloseTo(25, 10);
  expect(totalOfRun(run, 'concurrency.mean', undefined)!.value).toBeCloseTo(0.475, 10);
});

test('requests that end at a steady rate leave little doubt of it, in bunches or one by one', () => {
  const bunched = Array.from({ length: 640 }, (_, userId) =>
    requestOf(userId, { endMs: 1000 * (1 + Math.floor(userId / 10)) }),
  );
  const run = runOf(bunched);
  const { contributions, value, isOfTime } = totalOfRun(run, 'rates.achievedPerSec', undefined)!;
  expect(value).toBeCloseTo(10, 10);
  expect(Math.sqrt(spreadOf(contributions, { isOfTime }).variance)).toBeLessThan(0.01);
  expect(Math.sqrt(spreadOf(contributions).variance)).toBeGreaterThan(0.5);
});

test('what nobody told is unknown', () => {
  const { measured: _, ...timeless } = runOf([requestOf(1), requestOf(2)]);
  expect(totalOfRun(timeless, 'rates.achievedPerSec', undefined)).toBeUndefined();
  const { inputTokens: __, ...uncounted } = requestOf(1);
  expect(totalOfRun(runOf([uncounted]), 'rates.inputTokensPerSec', undefined)).toBeUndefined();
  expect(totalOfRun(runOf([requestOf(1)]), 'goodput.share', undefined)).toBeUndefined();
  expect(totalOfRun(runOf([requestOf(1)]), 'cache.share', undefined)).toBeUndefined();
});
