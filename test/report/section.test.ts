import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { playPlan } from '../../src/plan/play.ts';
import { planOf } from '../../src/plan/summary.ts';
import { planSections } from '../../src/plan/text.ts';
import type { Run } from '../../src/record/run-folder.ts';
import { sectionsText } from '../../src/report/render/text.ts';
import { summarise } from '../../src/report/run-summary.ts';
import { cellTexts, type Section } from '../../src/report/section.ts';
import { reportSections } from '../../src/report/sections.ts';
import { footer, header, ORIGIN_EPOCH_MS, samplePart, sampleRecords } from '../record/sample.ts';
import { loadScenario } from '../support/composed.ts';
import { htmlOf, wordsOf, wordsOfHtml } from './html.ts';

const ROOT = resolve(import.meta.dirname, '../..');

const sectionsOf = (...parts: Parameters<typeof samplePart>[0][]): Section[] => {
  const run: Run = { parts: parts.map(samplePart), warnings: ['1 line < 2 & more was left out'] };
  return reportSections(summarise(run));
};

test('another renderer, which knows no section, says every word and number of the report, in order', () => {
  const run: Run = { parts: [samplePart()], warnings: [] };
  const files = ['runs/sample-20260102-030405/journal.ndjson', 'summary.csv'];
  const sections = reportSections(summarise(run), { files });
  expect(wordsOfHtml(htmlOf(sections))).toEqual(wordsOf(sectionsText(sections, Infinity)));
});

test('it says every word and number of a plan', async () => {
  const scenario = loadScenario(`${ROOT}/configs/closed-loop.yaml`);
  const play = await playPlan(scenario, { ttftMs: 0, tpotMs: 0, perInputTokenMs: 0 });
  const sections = planSections(planOf(play));
  expect(wordsOfHtml(htmlOf(sections))).toEqual(wordsOf(sectionsText(sections, Infinity)));
});

test.each<[string, Section[]]>([
  ['nothing was sent', sectionsOf({ records: [] })],
  [
    'the client was a bottleneck, in long conversations',
    sectionsOf({
      records: sampleRecords({ users: 6, rounds: 45, seed: 3 }).map((record) => ({
        ...record,
        readyMs: record.sentMs! - 31,
      })),
    }),
  ],
  [
    'it was resumed',
    sectionsOf(
      { footer: footer({ stoppedBy: 'interrupt' }) },
      { header: header({ part: 1, originEpochMs: ORIGIN_EPOCH_MS + 3_600_000 }) },
    ),
  ],
])('it says all that text says where %s', (_name, sections) => {
  expect(wordsOfHtml(htmlOf(sections))).toEqual(wordsOf(sectionsText(sections, Infinity)));
});

test('what must not be overlooked is marked: the warnings, and turns that were late', () => {
  const records = sampleRecords().map((record) => ({
    ...record,
    intendedMs: record.intendedMs! - 400,
  }));
  const marked = sectionsOf({ records }).filter(({ isWarning }) => isWarning);
  expect(marked.map(({ title }) => title)).toEqual([undefined, 'Warnings']);
});

test('numbers of a table are not rounded, and what is unknown is absent', () => {
  const summary = summarise({ parts: [samplePart()], warnings: [] });
  const { table } = reportSections(summary).find(({ title }) => title === 'Per request')!;
  const { count, mean, p50 } = summary.distributions.ttftMs!;
  const column = (title: string) => table!.columns.findIndex((one) => one.title === title);
  const [ttft] = table!.rows;
  expect(['count', 'mean', '50%'].map((title) => ttft!.cells[column(title)])).toEqual([
    count,
    mean,
    p50,
  ]);
  expect(ttft!.cells[column('99.9%')]).toBeUndefined();
});

test('a number is written as its column says, or else its row; words stay as they are', () => {
  const texts = cellTexts({
    columns: [{ title: 'of' }, { title: 'mean' }, { title: 'share', format: 'percent' }],
    rows: [
      { cells: ['ms', 12, 0.25] },
      { cells: ['tokens', 12, undefined], format: 'amount' },
      { cells: ['time', 1500, 'none'], format: 'seconds' },
    ],
  });
  expect(texts).toEqual([
    ['ms', '12.00', '25.0 %'],
    ['tokens', '12', '-'],
    ['time', '1.5 s', 'none'],
  ]);
});
