import { expect, test } from 'vitest';
import { figuresOf } from '../../src/report/figures/figures.ts';
import { lateWindows, onOneAxis } from '../../src/report/figures/late-windows.ts';
import { summarise } from '../../src/report/run-summary.ts';
import { reportText } from '../../src/report/text.ts';
import { samplePart } from '../record/sample.ts';

test('X-6 event-loop lag and schedule slip are reported, and marked in figures', () => {
  const sample = samplePart();
  const { measureStartMs } = sample.footer!;
  const lateWindow = (fromSec: number, toSec: number) => ({
    fromMs: measureStartMs + fromSec * 1000,
    toMs: measureStartMs + toSec * 1000,
    cause: 'event loop' as const,
  });
  const footer = { ...sample.footer!, lateWindows: [lateWindow(-3, -1), lateWindow(10, 13)] };
  const run = { parts: [{ ...sample, footer }], warnings: [] };
  const summary = summarise(run);
  expect(summary.client.late).toMatchObject({ windows: 1, totalMs: 3000, longestMs: 3000 });
  const text = reportText(summary);
  expect(text).toMatch(/event-loop delay p99\s+2\.310 ms/);
  expect(text).toMatch(/^ +lateness ms +\d+ /m);
  expect(text.replace(/\s+/g, ' ')).toContain(
    'The client was late at some moment of 1 window, 3.0 s in all (2.5 % of the time; the longest 3000 ms)',
  );
  const figures = onOneAxis(figuresOf(run, summary, 'time'), run, lateWindows(run));
  expect(figures.length).toBeGreaterThan(2);
  for (const { windows } of figures) {
    expect(windows).toEqual([{ name: 'the client was late', spans: [[10, 13]] }]);
  }
});
