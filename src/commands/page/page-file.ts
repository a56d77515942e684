import { join } from 'node:path';
import { errorText, UsageError } from '../../base/errors.ts';
import { writeWhole } from '../../base/write-whole.ts';
import { checkWritable } from '../../play/writable.ts';
import { type Page, renderPage } from '../../report/html/page.ts';
import { say } from '../terminal/stderr.ts';
import type { PageFlags } from './page-flags.ts';
import { checkFigureFolder, writeFigures } from './paper-figures.ts';

export type PageWriter = (dir: string, page: Page) => Promise<void>;

/**
 * Checks at once where page and figures go, and writes them later; a page without a name of its own goes into `dir`,
 * by this name. undefined: none are asked for.
 * @throws UsageError if nothing can be written there.
 */
export function pageWriter({ html, figures }: PageFlags, name: string): PageWriter | undefined {
  if (html === undefined && figures === undefined) return undefined;
  if (typeof html === 'string') checkWritable('--html', html);
  if (figures !== undefined) checkFigureFolder(figures);
  return async (dir, page) => {
    if (html !== undefined) writePage(html === true ? join(dir, name) : html, page);
    if (figures !== undefined) await writeFigures(figures, page.chapters);
  };
}

function writePage(path: string, page: Page): void {
  try {
    writeWhole(path, [renderPage(page)]);
  } catch (error) {
    throw new UsageError(`--html: cannot write ${path}: ${errorText(error)}`);
  }
  say(`wrote ${path}`);
}
