import { accessSync, constants, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errorText, UsageError } from '../../base/errors.ts';
import { makeFolder } from '../../base/make-folder.ts';
import type { Panel } from '../../figures/panel.ts';
import { writePicture } from '../../figures/picture.ts';
import type { FilledChapter } from '../../report/html/chapter.ts';
import { say } from '../terminal/stderr.ts';

/** The figures by which the field compares caches and schedulers. */
export type PaperFigure =
  | 'hit-vs-capacity'
  | 'hit-and-ttft-by-round'
  | 'ttft-vs-users'
  | 'prompt-tokens-by-source'
  | 'survival'
  | 'goodput-vs-load'
  | 'ideal-predicted-observed-by-turn'
  | 'ttft-waterfall';

interface Row {
  /** Where its data comes from, in words, for those who miss it. */
  readonly needs: string;
  /** Names of the figures of chapters that are drawn in it, side by side: those that there are. */
  readonly of: readonly string[];
}

const PAPER_FIGURES: Record<PaperFigure, Row> = {
  'hit-vs-capacity': { needs: 'cached tokens of an engine', of: ['hit-vs-capacity'] },
  'hit-and-ttft-by-round': {
    needs: 'completed requests',
    of: ['cached-share-by-round', 'ttft-by-round'],
  },
  'ttft-vs-users': { needs: 'a sweep over users or load', of: ['ttft-vs-users'] },
  'prompt-tokens-by-source': {
    needs: 'cached tokens of an engine',
    of: ['prompt-tokens-by-source'],
  },
  survival: {
    needs: 'cached tokens of an engine, in a run whose conversations pause',
    of: ['survival-by-gap', 'survival-by-distance'],
  },
  'goodput-vs-load': { needs: 'a sweep over users or load, with limits', of: ['goodput-vs-load'] },
  'ideal-predicted-observed-by-turn': {
    needs: 'token counts of an engine',
    of: ['ideal-predicted-observed-by-turn'],
  },
  'ttft-waterfall': { needs: 'completed requests', of: ['ttft-waterfall'] },
};

/** @throws UsageError if the folder is none, or cannot be written. */
export function checkFigureFolder(dir: string): void {
  try {
    const found = statSync(dir, { throwIfNoEntry: false });
    if (found && !found.isDirectory()) throw new Error('is no folder');
    accessSync(found ? dir : dirname(dir), constants.W_OK);
  } catch (error) {
    throw new UsageError(
      `--figures: found ${dir}; expected a folder that can be written, or one that can be made: ${errorText(error)}`,
    );
  }
}

/** Draws what these chapters have data for, each as SVG and PNG, and says what is missing, and of what it is made. */
export async function writeFigures(dir: string, chapters: readonly FilledChapter[]): Promise<void> {
  const panels = chapters.flatMap(({ figures = [] }) => figures);
  const problems = new Set<string>();
  const missing: string[] = [];
  for (const [name, { needs, of }] of Object.entries(PAPER_FIGURES)) {
    const found = of.flatMap((part) => panels.filter((panel) => isOf(panel, part)));
    if (!found.length) missing.push(`${name} (${needs})`);
    else say(`wrote ${await drawn(join(dir, name), found, problems)}`);
  }
  for (const problem of problems) say(`warning: ${problem}`);
  if (missing.length) say(`not drawn for want of data: ${missing.join(', ')}`);
}

/** Where there is no package for PNG, the SVG is there all the same. */
async function drawn(path: string, panels: readonly Panel[], problems: Set<string>) {
  makeFolder(dirname(path));
  await writePicture(`${path}.svg`, panels);
  try {
    await writePicture(`${path}.png`, panels);
    return `${path}.svg and .png`;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    problems.add(errorText(error));
    return `${path}.svg`;
  }
}

function isOf({ name, series }: Panel, part: string): boolean {
  return name === part && series.length > 0;
}
