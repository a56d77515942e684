import { expect, test } from 'vitest';
import type { Figure } from '../../../src/report/figures/figure.ts';
import { lateWindows, withWindows } from '../../../src/report/figures/late-windows.ts';
import { laidOver } from '../../../src/report/figures/over-run.ts';
import { OVER_TIME } from '../../../src/report/figures/over-time.ts';
import { footer, samplePart, turnRecord } from '../../record/sample.ts';

const figure = (names: readonly string[], label = OVER_TIME): Figure => ({
  ...{ name: 'rates', title: 'Rates', kind: 'step', notes: [] },
  ...{ x: { label, unit: 's' }, y: { label: 'rate', unit: '/s' } },
  series: names.map((name) => ({ name, points: [[0, 1]] })),
});

test('of a plan those series are laid over the run that the run has, dashed', () => {
  const both = laidOver(figure(['due', 'failed']), figure(['due', 'completed']));
  expect(both.series.map(({ name, isDashed }) => [name, isDashed])).toEqual([
    ['due', undefined],
    ['failed', undefined],
    ['due, planned', true],
  ]);
  expect(both.name).toBe('rates-and-plan');
});

test('the client was late while it kept requests waiting for more than 10 ms, also where these overlap', () => {
  const sent = (sentMs: number, delayMs: number, more = {}) =>
    turnRecord({ sentMs, readyMs: sentMs - delayMs, connectMs: 0, ...more });
  const records = [
    sent(2000, 100),
    sent(1950, 30),
    sent(2050, 80),
    sent(5000, 9),
    sent(7000, 500, { attempts: 2 }),
    sent(9000, 20),
  ];
  const run = {
    parts: [samplePart({ records, footer: footer({ measureStartMs: 1000 }) })],
    warnings: [],
  };
  expect(lateWindows(run)?.spans).toEqual([
    [0.9, 1.05],
    [7.98, 8],
  ]);
  expect(lateWindows({ parts: [samplePart({ records: [sent(2000, 1)] })], warnings: [] })).toBe(
    undefined,
  );
});

test('windows are marked in figures over time, and in no others', () => {
  const windows = { name: 'late', spans: [[1, 2]] } as const;
  const marked = withWindows([figure(['a']), figure(['a'], 'round')], windows);
  expect(marked.map((one) => one.windows)).toEqual([[windows], undefined]);
});
