import { readdirSync, rmSync } from 'node:fs';
import { removeFolders } from '../base/make-folder.ts';

/** Folders that this process has made for others to lie in. */
let made: readonly string[] = [];

export function noteMade(paths: readonly string[]): void {
  made = [...made, ...paths];
}

/**
 * Removes a folder that holds nothing but these files, which were there before anything was measured; and says whether
 * it did. What else there is, as the output of a server that did not start, is left for whoever looks for the reason.
 */
export function removedIfBare(dir: string, files: readonly string[]): boolean {
  if (!readdirSync(dir).every((name) => files.includes(name))) return false;
  rmSync(dir, { recursive: true });
  removeFolders(made);
  return true;
}
