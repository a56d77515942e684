import type { Exportable } from '../../export/exports.ts';
import type { FigureTopic } from '../../report/figures/figures.ts';
import type { Chapter, Content } from '../../report/html/chapter.ts';
import { LAB_CHAPTERS } from './lab-chapters.ts';

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
  { id: 'over-time', title: 'Over time', of: (of) => figuresAbout('time', of) },
  { id: 'latency', title: 'Latency', of: (of) => figuresAbout('latency', of) },
  { id: 'cache', title: 'Prefix cache', of: (of) => figuresAbout('cache', of) },
  ...LAB_CHAPTERS,
  { id: 'server', title: 'The server', of: (of) => figuresAbout('server', of) },
  { id: 'client', title: 'The client itself', of: (of) => figuresAbout('client', of) },
  {
    id: 'plan',
    title: 'The plan over the run',
    of: async (of) => (await import('./plan-chapter.ts')).planChapter(of),
  },
];

async function figuresAbout(topic: FigureTopic, { run, summary }: Exportable): Promise<Content> {
  const [{ figuresOf }, { lateWindows, onOneAxis }] = await Promise.all([
    import('../../report/figures/figures.ts'),
    import('../../report/figures/late-windows.ts'),
  ]);
  return { figures: onOneAxis(figuresOf(run, summary, topic), run, lateWindows(run)) };
}
