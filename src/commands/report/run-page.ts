import type { Exportable } from '../../export/exports.ts';
import { type FilledChapter, filled } from '../../report/html/chapter.ts';
import type { Page } from '../../report/html/page.ts';
import { RUN_CHAPTERS } from './chapters.ts';

/** The page of a run: its report, and its pictures with their numbers; then `further` chapters. */
export async function runPage(
  of: Exportable,
  further: readonly FilledChapter[] = [],
): Promise<Page> {
  return aroundChapters(of, [...(await filled(RUN_CHAPTERS, of)), ...further]);
}

/** What stands around the chapters of a run. */
export function aroundChapters(
  { summary: { run } }: Exportable,
  chapters: readonly FilledChapter[],
): Page {
  return {
    title: `Run ${run.name}`,
    subtitle: [run.engine, run.model && `model ${run.model}`].filter(Boolean).join(', '),
    chapters,
    madeBy: `Made by confab ${run.confab}. It needs no network and no other file.`,
  };
}
