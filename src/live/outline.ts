import type { FilledChapter } from '../report/html/chapter.ts';

/** The same as long as no chapter and no figure comes or goes: then a page need not be written whole. */
export function outlineOf(chapters: readonly FilledChapter[]): string {
  return JSON.stringify(
    chapters.map(({ id, figures = [] }) => [id, ...figures.map(({ title }) => title)]),
  );
}
