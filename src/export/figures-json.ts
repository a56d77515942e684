import type { Run } from '../record/run-folder.ts';
import type { Figure } from '../report/figures/figure.ts';
import { figuresOf } from '../report/figures/figures.ts';
import type { RunSummary } from '../report/run-summary.ts';
import { shortNumber } from './summary-json.ts';

/** What the file of figures holds: see `Figure` for every key. */
export interface FiguresJson {
  readonly format: 'confab-figures';
  readonly version: 1;
  readonly figures: readonly Figure[];
}

/** The figures of a run, to be drawn by any tool; one line a figure. */
export function figuresJson(run: Run, summary: RunSummary): string {
  const json = { format: 'confab-figures', version: 1, figures: figuresOf(run, summary) } as const;
  const { figures, ...head } = json satisfies FiguresJson;
  const start = JSON.stringify(head).slice(0, -1);
  const lines = figures.map((figure) => JSON.stringify(figure, shortNumber));
  return `${start},"figures":[\n${lines.join(',\n')}\n]}\n`;
}
