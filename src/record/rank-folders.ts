import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Below the folder that the ranks of a run share: where they meet, and the run folder of each. */
export const MEETING_FOLDER = 'meeting';

/** The journal of a run, or of its resume with this number from 2. */
export const JOURNAL = /^journal(?:-([1-9]\d*))?\.ndjson$/;

const RANK = /^rank-(0|[1-9]\d*)$/;

export function rankFolder(shared: string, rank: number): string {
  return join(shared, `rank-${rank}`);
}

/** Something of a run was journalled in this folder. */
export function hasJournal(dir: string): boolean {
  try {
    return readdirSync(dir).some((name) => JOURNAL.test(name));
  } catch {
    return false;
  }
}

/** Run folders, and for one that ranks share those of all that have journalled something. */
export function expandedFolders(dirs: readonly string[]): string[] {
  return dirs.flatMap((dir) => {
    const ranks = rankFoldersIn(dir).filter((one) => hasJournal(one.dir));
    return ranks.length ? ranks.map((one) => one.dir) : [dir];
  });
}

/** The run folders of ranks below this one, by rank; none where it is something else, or is not there. */
export function rankFoldersIn(shared: string): { readonly rank: number; readonly dir: string }[] {
  let names: string[];
  try {
    names = readdirSync(shared);
  } catch {
    return [];
  }
  return names
    .flatMap((name) => {
      const match = RANK.exec(name);
      return match ? [{ rank: Number(match[1]), dir: join(shared, name) }] : [];
    })
    .sort((a, b) => a.rank - b.rank);
}
