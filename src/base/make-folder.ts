import { mkdirSync, rmdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder, and those above it that are missing. Node's own way to do that (`recursive`) goes round for
 * ever where a folder is there and yet says ENOENT to what is to be made in it, as all of /proc does.
 * @returns those that it made, each behind the one that it is in
 * @throws Error of the system; ENOTDIR if something else is in its place.
 */
export function makeFolder(path: string): readonly string[] {
  const missing: string[] = [];
  let at = resolve(path);
  while (!statSync(at, { throwIfNoEntry: false })) {
    missing.push(at);
    at = dirname(at);
  }
  // Of one that is there it says whether it is a folder.
  if (missing.length === 0) makeOne(at);
  const made: string[] = [];
  try {
    for (const folder of missing.toReversed()) {
      makeOne(folder);
      made.push(folder);
    }
  } catch (error) {
    removeFolders(made);
    throw error;
  }
  return made;
}

/** Takes back what `makeFolder` made, as far as there is nothing in it. */
export function removeFolders(made: readonly string[]): void {
  for (const folder of made.toReversed()) {
    try {
      rmdirSync(folder);
    } catch {
      // Somebody has put something there, or has removed it.
      return;
    }
  }
}

function makeOne(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    // Somebody else may have been quicker.
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
    throw error;
  }
}
