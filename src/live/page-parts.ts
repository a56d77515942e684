import type { FilledChapter } from '../report/html/chapter.ts';
import { sectionHtml } from '../report/html/section-html.ts';
import type { Drawn } from './drawn.ts';

/** What of a page is written anew: HTML by the id of its chapter, and of its figure. */
export interface Parts {
  readonly sections: Readonly<Record<string, string>>;
  readonly figures: Readonly<Record<string, string>>;
}

/** What has been told of the sections: those that are the same need not be told again. */
export type Told = Map<string, string>;

/** Sections that have changed since, and a picture that has. */
export function partsOf(chapters: readonly FilledChapter[], told: Told, drawn: Drawn): Parts {
  const changed = chapters
    .map(({ id, sections = [] }) => [id, sections.map(sectionHtml).join('\n')] as const)
    .filter(([id, html]) => told.get(id) !== html);
  for (const [id, html] of changed) told.set(id, html);
  const picture = drawn.next(chapters.flatMap(({ figures = [] }) => figures));
  return {
    sections: Object.fromEntries(changed),
    figures: picture ? Object.fromEntries([picture]) : {},
  };
}
