import { expect, test } from 'vitest';
import { figuresJson } from '../../src/export/figures-json.ts';
import { FIGURES } from '../../src/report/figures/figures.ts';
import { summarise } from '../../src/report/run-summary.ts';
import { samplePart } from '../record/sample.ts';

test('the figures of a run are JSON, one line a figure, in microseconds and millionths', () => {
  const run = { parts: [samplePart()], warnings: [] };
  const text = figuresJson(run, summarise(run));
  const { figures, ...head } = JSON.parse(text);
  expect(head).toEqual({ format: 'confab-figures', version: 1 });
  expect(figures.map(({ name }: { name: string }) => name)).toEqual(
    FIGURES.filter(({ isOptional }) => !isOptional).map(({ name }) => name),
  );
  expect(text.trimEnd().split('\n')).toHaveLength(
    FIGURES.filter(({ isOptional }) => !isOptional).length + 2,
  );
  expect(text).not.toMatch(/null|\d\.\d{7}/);
});
