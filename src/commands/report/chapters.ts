import type { Exportable } from '../../export/exports.ts';
import type { Chapter } from '../../report/html/chapter.ts';

/** What the page of a run is made of, in its order: a piece that has something to say of a run is a row. */
export const RUN_CHAPTERS: readonly Chapter<Exportable>[] = [
  {
    id: 'report',
    title: 'Report',
    of: async ({ summary }) => {
      const { reportSections } = await import('../../report/sections.ts');
      return { sections: reportSections(summary) };
    },
  },
  {
    id: 'figures',
    title: 'Figures',
    of: async ({ run, summary }) => {
      const { figuresOf } = await import('../../report/figures/figures.ts');
      return { figures: figuresOf(run, summary) };
    },
  },
];
