import type { FilledChapter } from '../report/html/chapter.ts';
import { figureHtml } from '../report/html/figure-html.ts';
import { slug } from '../report/html/markup.ts';
import { sectionHtml } from '../report/html/section-html.ts';

/** What of a page is written anew: HTML by the id of its chapter, and of its figure. */
export interface Parts {
  readonly sections: Readonly<Record<string, string>>;
  readonly figures: Readonly<Record<string, string>>;
}

/** Drawing costs five milliseconds a picture, as much as all else of an update: so many are drawn at a time, in turn. */
const FIGURES_AT_A_TIME = 1;

/** The same as long as no chapter and no figure comes or goes: then a page need not be written whole. */
export function outlineOf(chapters: readonly FilledChapter[]): string {
  return JSON.stringify(
    chapters.map(({ id, figures = [] }) => [id, ...figures.map(({ title }) => title)]),
  );
}

/** All sections, and some of the figures: `turn` counts the updates. */
export function partsOf(chapters: readonly FilledChapter[], turn: number): Parts {
  const figures = chapters.flatMap(({ figures = [] }) => figures);
  const first = turn * FIGURES_AT_A_TIME;
  const count = Math.min(FIGURES_AT_A_TIME, figures.length);
  const drawn = Array.from({ length: count }, (_, index) => {
    const panel = figures[(first + index) % figures.length]!;
    const id = slug(panel.name ?? panel.title);
    return [id, figureHtml(panel, id)] as const;
  });
  const sections = chapters.map(
    ({ id, sections = [] }) => [id, sections.map(sectionHtml).join('\n')] as const,
  );
  return { sections: Object.fromEntries(sections), figures: Object.fromEntries(drawn) };
}
