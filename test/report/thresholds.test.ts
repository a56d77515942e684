import { expect, test } from 'vitest';
import { summarise } from '../../src/report/run-summary.ts';
import { exceeded, verdictsOf } from '../../src/report/thresholds.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import { METRIC_NAMES } from '../../src/stats/metrics.ts';
import { samplePart, turnRecord } from '../record/sample.ts';

const records = [turnRecord(), turnRecord({ userId: 2, engineQueueMs: 7 })];
const summary = summarise({ parts: [samplePart({ records })], warnings: [] });

const linesFor = (thresholds: object) =>
  exceeded(verdictsOf(parseScenario({ thresholds }).thresholds, summary));

test('any statistic of any metric can be limited', () => {
  const tight = Object.fromEntries(METRIC_NAMES.map((name) => [name, { max: 0.0001 }]));
  const told = METRIC_NAMES.filter((name) => name !== 'enginePrefillMs');
  const lines = linesFor(tight);
  expect(lines.map((line) => line.split(': ')[0])).toEqual(METRIC_NAMES.map((n) => `${n}.max`));
  for (const name of told) expect(lines.join()).toMatch(new RegExp(`${name}.max: found [\\d.]+;`));
});

test('a limit that is kept, or just reached, is not exceeded', () => {
  expect(linesFor({ ttftMs: { p95: 100, min: 101 }, turnsDone: { mean: 1 } })).toEqual([]);
  expect(linesFor({ ttftMs: { p95: 99 } })).toEqual(['ttftMs.p95: found 100; accepted up to 99']);
});

test('what was not measured is not kept', () => {
  expect(linesFor({ enginePrefillMs: { mean: 5 } })).toEqual([
    'enginePrefillMs.mean: found nothing measured; accepted up to 5',
  ]);
  expect(linesFor({ ttftMs: { p999: 500 } })).toEqual([
    'ttftMs.p999: found 2 values, of 1000 needed; accepted up to 500',
  ]);
});

test('a limit may be a least, and of any number of the whole run', () => {
  const thresholds = {
    ttftMs: { p50: { min: 90, max: 110 }, mean: { min: 101 } },
    rates: { outputTokensPerSec: { min: 1000 } },
    cache: { share: { min: 0.9 }, external: { share: { min: 0.1 } } },
    concurrency: { mean: 0.5 },
  };
  expect(linesFor(thresholds)).toEqual([
    'ttftMs.mean: found 100; accepted from 101',
    expect.stringMatching(/^rates.outputTokensPerSec: found [\d.]+; accepted from 1000$/),
    'cache.external.share: found nothing measured; accepted from 0.1',
  ]);
  expect(linesFor({ counts: { planned: { min: 3, max: 4 } } })).toEqual([
    'counts.planned: found 2; accepted from 3 to 4',
  ]);
});

test('goodput can be limited, and is unknown without an slo', () => {
  const goodput = { share: { min: 0.5 } };
  expect(linesFor({ goodput })).toEqual([
    'goodput.share: found nothing measured; accepted from 0.5',
  ]);
});
