import type { Panel } from '../../figures/panel.ts';
import type { Content, FilledChapter } from './chapter.ts';
import { figureHtml } from './figure-html.ts';
import { element, slug, text } from './markup.ts';
import { SCRIPT } from './script.ts';
import { sectionHtml } from './section-html.ts';
import { STYLE } from './style.ts';

export interface Page {
  readonly title: string;
  /** One line below it. */
  readonly subtitle?: string;
  readonly chapters: readonly FilledChapter[];
  /** What made it: printed at its end. */
  readonly madeBy?: string;
  /** More that the page does by itself; with `isLive`, it may ask the server that it came from. */
  readonly script?: string;
  readonly isLive?: boolean;
}

/**
 * A page that needs nothing but itself: no network, no other file. Warnings of all chapters stand first. The same
 * chapters make the same bytes.
 */
export function renderPage(page: Page, draw: Drawing = figureHtml): string {
  const { title, subtitle = '', chapters, madeBy = '', script = '', isLive = false } = page;
  const connect = isLive ? " connect-src 'self';" : '';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline';${connect}">
<title>${text(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<a class="skip" href="#main">To the report</a>
<header>
<h1>${text(title)}</h1>
${element('p', text(subtitle), 'class="subtitle"')}
</header>
<main id="main">
${renderChapters(chapters, draw)}
</main>
${element('footer', text(madeBy))}
<script>${SCRIPT}${script}</script>
</body>
</html>
`;
}

/** Makes the picture of that id. */
export type Drawing = (panel: Panel, id: string) => string;

/** What is in the page's `main`: to be put in its place where the page is shown during a run. */
export function renderChapters(
  chapters: readonly FilledChapter[],
  draw: Drawing = figureHtml,
): string {
  const warnings = chapters.flatMap(({ sections = [] }) =>
    sections.filter(({ isWarning }) => isWarning),
  );
  const names = new Names();
  return [
    ...warnings.map(sectionHtml),
    contents(chapters),
    ...chapters.map((chapter) => chapterHtml(chapter, names, draw)),
  ].join('\n');
}

function contents(chapters: readonly FilledChapter[]): string {
  if (chapters.length < 2) return '';
  const links = chapters.map(({ id, title }) => `<li><a href="#${id}">${text(title)}</a></li>`);
  return `<nav aria-label="Contents"><ul>${links.join('')}</ul></nav>`;
}

function chapterHtml(
  { id, title, ...content }: FilledChapter,
  names: Names,
  draw: Drawing,
): string {
  return `<section id="${id}" aria-labelledby="title-${id}">
<h2 id="title-${id}">${text(title)}</h2>
${contentHtml(content, names, draw)}
</section>`;
}

function contentHtml(
  { sections = [], figures = [] }: Content,
  names: Names,
  draw: Drawing,
): string {
  const plain = sections.filter(({ isWarning }) => !isWarning).map(sectionHtml);
  const [drawn, empty] = [true, false].map((has) =>
    figures.filter(({ series }) => series.length > 0 === has),
  ) as [Panel[], Panel[]];
  const pictures = drawn.map((panel) => draw(panel, names.own(slug(panel.name ?? panel.title))));
  return [
    ...plain,
    element('div', pictures.join('\n'), 'class="figures"'),
    // Nothing is left out silently.
    empty.length
      ? element(
          'p',
          text(`No data for: ${empty.map(({ title }) => title).join(', ')}.`),
          'class="note"',
        )
      : '',
  ].join('\n');
}

/** No two places of a page have one name. */
class Names {
  readonly #taken = new Set<string>();

  own(name: string): string {
    let own = name || 'figure';
    for (let copy = 2; this.#taken.has(own); copy++) own = `${name}-${copy}`;
    this.#taken.add(own);
    return own;
  }
}
