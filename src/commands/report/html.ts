import { join } from 'node:path';
import { errorText, UsageError } from '../../base/errors.ts';
import { writeWhole } from '../../base/write-whole.ts';
import type { Exportable } from '../../export/exports.ts';
import { checkWritable } from '../../play/writable.ts';
import type { FilledChapter } from '../../report/html/chapter.ts';
import { type Page, renderPage } from '../../report/html/page.ts';
import { say } from '../terminal/stderr.ts';

/** What stands around the chapters of a run. */
export function pageOf({ summary: { run } }: Exportable, chapters: readonly FilledChapter[]): Page {
  return {
    title: `Run ${run.name}`,
    subtitle: [run.engine, run.model && `model ${run.model}`].filter(Boolean).join(', '),
    chapters,
    madeBy: `Made by confab ${run.confab}. It needs no network and no other file.`,
  };
}

/**
 * Where `--html` says that the page goes: by itself into a folder of the command's own.
 * @throws UsageError if nothing can be written there.
 */
export function pagePath(flag: string | true, dir: string): string {
  const path = flag === true ? join(dir, 'report.html') : flag;
  checkWritable('--html', path);
  return path;
}

export function writePage(path: string, page: Page): void {
  try {
    writeWhole(path, [renderPage(page)]);
  } catch (error) {
    throw new UsageError(`--html: cannot write ${path}: ${errorText(error)}`);
  }
  say(`wrote ${path}`);
}
