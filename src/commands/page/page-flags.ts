import { UsageError } from '../../base/errors.ts';
import type { Flag } from '../flags/flag-table.ts';

export interface PageFlags {
  /** true: without a name. */
  readonly html?: string | true;
  readonly figures?: string;
}

/** A page that, without a name of its own, lies in `folder` by this name. */
export function pageFlag(folder: string, name: string): Flag {
  return {
    flags: '--html [file]',
    says: `also write everything as one page, which needs no network; without FILE: ${name} in ${folder}`,
    parse: pageName,
  };
}

/** All pictures in one file. */
export const PICTURE_FLAG: Flag = {
  flags: '--figure <file>',
  says: 'draw it: FILE ends in .svg or .png',
};

export const FIGURES_FLAG: Flag = {
  flags: '--figures <dir>',
  says: "also draw the field's figures for which there is data into this folder, as SVG and PNG",
};

/**
 * Whatever ends otherwise is likely to be something that was there before: a scenario, a run folder.
 * @throws UsageError for it.
 */
export function pageName(path: string): string {
  if (/\.html?$/i.test(path)) return path;
  throw new UsageError(
    `--html: found ${path || "''"}; expected a name that ends in .html, or none: then --html is the last word of the line`,
  );
}
