import { expect, test } from 'vitest';
import { metricsHelp } from '../../src/report/metric-help.ts';
import { POPULATIONS } from '../../src/stats/metric.ts';
import { headingOf, METRIC_NAMES, METRICS } from '../../src/stats/metrics.ts';
import { STATISTIC_NAMES } from '../../src/stats/statistics.ts';
import { TOTALS } from '../../src/stats/totals.ts';

test('help has every metric with its name, population, formula and source', () => {
  const flat = metricsHelp().replace(/\s+/g, ' ');
  for (const name of METRIC_NAMES) {
    const { over, says, source } = METRICS[name];
    const head = `${headingOf(name)} (${name}), of ${POPULATIONS[over].says}`;
    expect(flat).toContain(`${head} ${says}`);
    expect(flat).toContain(`Source: ${source}`);
  }
});

test('help has the numbers of a whole run, and the statistics with the values they need', () => {
  const text = metricsHelp();
  for (const path of Object.keys(TOTALS)) expect(text).toContain(`(${path})`);
  for (const name of STATISTIC_NAMES) expect(text).toMatch(new RegExp(`^ {2}${name} +\\S`, 'm'));
  expect(text).toMatch(/^ {2}p999 .*from 1000 values on$/m);
});

test('help fits 80 columns', () => {
  expect(
    metricsHelp()
      .split('\n')
      .filter((line) => line.length > 80),
  ).toEqual([]);
});
