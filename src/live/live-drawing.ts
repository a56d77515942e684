import type { FilledChapter } from '../report/html/chapter.ts';
import { type Page, renderChapters, renderPage } from '../report/html/page.ts';
import { Drawn } from './drawn.ts';
import { partsOf, type Told } from './page-parts.ts';
import { LIVE_SCRIPT } from './script.ts';
import { eventText } from './viewers.ts';

/** What is written for those who watch. It is loaded for the first of them: drawing takes most of what there is to load. */
export class LiveDrawing {
  readonly #drawn = new Drawn();
  #told: Told = new Map();

  /** Of a run under way. */
  page(page: Page): string {
    return renderPage({ ...page, script: LIVE_SCRIPT, isLive: true }, this.#draw);
  }

  last(page: Page): string {
    return renderPage(page);
  }

  main(chapters: readonly FilledChapter[]): string {
    return eventText('main', renderChapters(chapters, this.#draw));
  }

  parts(chapters: readonly FilledChapter[]): string {
    return eventText('parts', partsOf(chapters, this.#told, this.#drawn));
  }

  /** Chapters and figures have come or gone. */
  begin(chapters: readonly FilledChapter[]): void {
    this.#told = new Map();
    this.#drawn.keep(chapters.flatMap(({ figures = [] }) => figures));
  }

  readonly #draw = (...[panel, id]: Parameters<Drawn['html']>): string =>
    this.#drawn.html(panel, id);
}
