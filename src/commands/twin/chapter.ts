import type { Run } from '../../record/run-folder.ts';
import type { Figure } from '../../report/figures/figure.ts';
import type { FilledChapter } from '../../report/html/chapter.ts';
import type { Section } from '../../report/section.ts';
import type { Twin } from '../../twin/twin.ts';
import { DRAWS } from './flags.ts';
import { about, standInOf } from './stand-in.ts';

/** What a page has of a run beside its twin. */
export async function twinChapter(run: Run, dir: string, engine: string): Promise<FilledChapter> {
  const standIn = standInOf(run, { engine, set: [] });
  const { twinOf } = await import('../../twin/twin.ts');
  const twin = await about(dir, () => twinOf(run, { ...standIn, draws: DRAWS }));
  return { id: 'twin', title: 'Run and twin', ...(await contentOf(twin)) };
}

export async function contentOf(
  twin: Twin,
): Promise<{ readonly sections: readonly Section[]; readonly figures: readonly Figure[] }> {
  const [{ twinSections }, { twinFigures }] = await Promise.all([
    import('../../twin/sections.ts'),
    import('../../twin/figures.ts'),
  ]);
  return { sections: twinSections(twin), figures: twinFigures(twin) };
}
