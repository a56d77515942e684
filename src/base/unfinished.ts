import { rmSync } from 'node:fs';
import { removeFolders } from './make-folder.ts';

/** What a write has made so far. */
export interface Unfinished {
  /** The write has come to its end: everything stays. */
  keep(): void;
  /** It has not: the file goes, and the folders in which nothing else is. */
  remove(): void;
}

const unfinished = new Set<Unfinished>();

let watch: (() => () => void) | undefined;
let unwatch: (() => void) | undefined;

/** A file that is being written under a name that nobody knows, and the folders that were made for it. */
export function unfinishedFile(path: string, folders: readonly string[] = []): Unfinished {
  const one: Unfinished = {
    keep: () => forget(one),
    remove() {
      try {
        rmSync(path, { force: true });
      } catch {
        // What could not be made is not there; whoever writes says why.
      }
      removeFolders(folders);
      forget(one);
    },
  };
  unfinished.add(one);
  unwatch ??= watch?.();
  return one;
}

function forget(one: Unfinished): void {
  unfinished.delete(one);
  // A signal that came while this process was busy is still to be told of, and would be lost.
  setImmediate(() => {
    if (unfinished.size) return;
    unwatch?.();
    unwatch = undefined;
  });
}

/** @param begin called when there is something unfinished; what it returns, when there no longer is */
export function watchUnfinished(begin: () => () => void): void {
  watch = begin;
}

/** Leaves nothing behind: for a process that ends now. */
export function removeUnfinished(): void {
  for (const one of unfinished) one.remove();
}
