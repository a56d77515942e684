import { expect, test } from 'vitest';
import { Column } from '../../src/stats/column.ts';
import { distributionOf } from '../../src/stats/quantile.ts';
import { STATISTIC_NAMES, STATISTICS } from '../../src/stats/statistics.ts';

function namesFor(count: number): string[] {
  const column = new Column();
  for (let value = 0; value < count; value++) column.add(value);
  return Object.keys(distributionOf(column)!);
}

test('the list is mean, std, min, eight percentiles, max', () => {
  const labels = STATISTIC_NAMES.map((name) => STATISTICS[name].label);
  expect(labels.join(' ')).toBe('mean std min 25% 50% 75% 90% 95% 99% 99.9% 99.99% max');
});

test('a distribution has the statistics that its count of values allows, in the order of the list', () => {
  expect(namesFor(10_000)).toEqual(['count', ...STATISTIC_NAMES]);
  const without = (...names: string[]) =>
    ['count', ...STATISTIC_NAMES].filter((name) => !names.includes(name));
  expect(namesFor(9999)).toEqual(without('p9999'));
  expect(namesFor(999)).toEqual(without('p999', 'p9999'));
  expect(namesFor(1)).toEqual(without('std', 'p999', 'p9999'));
});

test('names and labels of percentiles say their share', () => {
  for (const name of STATISTIC_NAMES) {
    const statistic = STATISTICS[name];
    if (!name.startsWith('p') || !('share' in statistic)) continue;
    const percent = String(Number((100 * statistic.share).toFixed(6)));
    expect(statistic.label).toBe(`${percent}%`);
    expect(name).toBe(`p${percent.replace('.', '')}`);
  }
});
