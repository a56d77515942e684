import type { Panel } from '../figures/panel.ts';
import { figureHtml } from '../report/html/figure-html.ts';
import { slug } from '../report/html/markup.ts';

interface Picture {
  readonly html: string;
  /** What it was drawn of. */
  readonly data: string;
}

/** The pictures of a page as they were drawn last, and one that has changed at a time: it takes milliseconds, more than all else. */
export class Drawn {
  readonly #pictures = new Map<string, Picture>();
  #turn = 0;

  /** As it was drawn last; drawn now where it never was. */
  html(panel: Panel, id: string): string {
    return (this.#pictures.get(id) ?? this.#draw(panel, id, JSON.stringify(panel))).html;
  }

  /** Of a page that has these figures, and no others: a run after another begins without. */
  keep(figures: readonly Panel[]): void {
    const ids = new Set(figures.map(idOf));
    for (const id of this.#pictures.keys()) if (!ids.has(id)) this.#pictures.delete(id);
  }

  /** The next in turn of those that have changed; undefined: none has. */
  next(figures: readonly Panel[]): readonly [id: string, html: string] | undefined {
    for (let tried = 0; tried < figures.length; tried++) {
      const panel = figures[this.#turn++ % figures.length]!;
      const id = idOf(panel);
      const data = JSON.stringify(panel);
      if (this.#pictures.get(id)?.data !== data) return [id, this.#draw(panel, id, data).html];
    }
    return undefined;
  }

  #draw(panel: Panel, id: string, data: string): Picture {
    const picture = { html: figureHtml(panel, id), data };
    this.#pictures.set(id, picture);
    return picture;
  }
}

function idOf({ name, title }: Panel): string {
  return slug(name ?? title);
}
