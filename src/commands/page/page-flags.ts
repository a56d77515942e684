import type { Flag } from '../flags/flag-table.ts';

export interface PageFlags {
  /** true: without a name. */
  readonly html?: string | true;
  readonly figures?: string;
}

/** The rows of commands that write a page. `folder`: where it lies if it is given no name. */
export function pageFlags(folder: string, name: string): Flag[] {
  return [
    {
      flags: '--html [file]',
      says: `also write everything as one page, which needs no network; without FILE: ${name} in ${folder}`,
    },
    FIGURES_FLAG,
  ];
}

export const FIGURES_FLAG: Flag = {
  flags: '--figures <dir>',
  says: "also draw the field's figures for which there is data into this folder, as SVG and PNG",
};
