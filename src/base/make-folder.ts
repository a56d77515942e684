import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder, and those above it that are missing. Node's own way to do that (`recursive`) goes round for
 * ever where a folder is there and yet says ENOENT to what is to be made in it, as all of /proc does.
 * @throws Error of the system; ENOTDIR if something else is in its place.
 */
export function makeFolder(path: string): void {
  const missing: string[] = [];
  let at = resolve(path);
  while (!statSync(at, { throwIfNoEntry: false })) {
    missing.push(at);
    at = dirname(at);
  }
  for (const folder of missing.toReversed()) makeOne(folder);
  // Of one that is there it says whether it is a folder.
  if (missing.length === 0) makeOne(at);
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
