import { expect, test } from 'vitest';
import { limitTexts } from '../../src/sweep/limits.ts';
import { measureOf } from '../../src/sweep/measure.ts';
import { limitsOf } from '../../src/sweep/slo.ts';

test('limits of a run are thresholds, limits without a statistic are those of a good request', () => {
  expect(limitsOf('ttft.p95<200, tpotMs.p99 <= 30ms,goodput.share>95%,ttft<1.5s')).toEqual({
    thresholds: {
      ttftMs: { p95: { max: 200 } },
      tpotMs: { p99: { max: 30 } },
      goodput: { share: { min: 0.95 } },
    },
    slo: { ttftMs: { max: 1500 } },
  });
  expect(limitsOf('counts.errorRate<0.01')).toEqual({
    thresholds: { counts: { errorRate: { max: 0.01 } } },
  });
});

test('they are told in the order in which a run is judged by them, one for each end', () => {
  const { thresholds } = limitsOf('tpot.p99<30,tpot.p99>1,ttft.p95<200');
  expect(limitTexts({ ...thresholds, maxErrorRate: 0 }).map(({ text }) => text)).toEqual([
    'no failed request',
    'ttft.p95 <= 200',
    'tpot.p99 <= 30',
    'tpot.p99 >= 1',
  ]);
});

test.each([
  ['ttft.p95', /found 'ttft.p95'; expected limits as in ttft.p95<200/],
  ['ttft.p95<', /expected limits as in/],
  ['ttft.p97<200', /found 'ttft.p97'.*expected a metric and a statistic/],
  ['tftt.p95<200', /did you mean ttft.p95/],
  ['ttft.p95<fast', /ttftMs.p95: found 'fast'; expected a time, such as 200/],
  ['cache.share>much', /cache.share: found 'much'; expected a number, or percent/],
  ['ttft.p95>300,ttft.p95<200', /min must be <= max/],
])('%s is none', (text, expected) => expect(() => limitsOf(text)).toThrow(expected));

test('a number of a run has a name, with or without its unit', () => {
  const ttft = { name: 'ttftMs.p95', title: 'TTFT p95', unit: 'ms', format: 'measure' };
  expect(measureOf('ttft.p95', '--show')).toEqual(ttft);
  expect(measureOf('ttftMs.p95', '--show')).toEqual(ttft);
  expect(measureOf('cache.share', '--show').format).toBe('percent');
});
