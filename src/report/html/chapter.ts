import type { Panel } from '../../figures/panel.ts';
import type { Section } from '../section.ts';

/** A row in a table of chapters: what there is to say and to show about one side of it, if there is any. */
export interface Chapter<About> {
  /** Its name in links. */
  readonly id: string;
  readonly title: string;
  readonly of: (about: About) => Content | undefined | Promise<Content | undefined>;
}

export interface Content {
  readonly sections?: readonly Section[];
  /** A `Figure` is one, whose name is that of its files. */
  readonly figures?: readonly Panel[];
}

export interface FilledChapter extends Content {
  readonly id: string;
  readonly title: string;
}

/** Those chapters that have something to say, in the order of the table. */
export async function filled<About>(
  chapters: readonly Chapter<About>[],
  about: About,
): Promise<FilledChapter[]> {
  const all: FilledChapter[] = [];
  for (const { id, title, of } of chapters) {
    const content = await of(about);
    if (content?.sections?.length || content?.figures?.length) all.push({ id, title, ...content });
  }
  return all;
}
