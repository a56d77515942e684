import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject, parsedJson } from '../base/json.ts';
import type { FolderStamp, SkewBounds } from './skew.ts';

/** How far a rank is: before the start loading or ready for it, then playing; at the end over, or failed. */
export type RankState = 'loading' | 'ready' | 'playing' | 'over' | 'failed';

/** What a rank says of itself, again and again: `<rank>.json`. */
export interface RankFile {
  readonly rank: number;
  readonly of: number;
  /** Of this process alone, so that what an earlier one of the same rank left is not taken for its. */
  readonly word: string;
  readonly host: string;
  readonly pid: number;
  readonly state: RankState;
  /** Counts up: who does not go on counting is gone. */
  readonly beat: number;
  /** Unix time in milliseconds by its own clock, before it was written. */
  readonly atEpochMs: number;
  /** Of what it will play: alike in all ranks, once it is ready. */
  readonly digest?: string | undefined;
  readonly toFolder?: SkewBounds | undefined;
  /** Of a rank that failed. */
  readonly why?: string | undefined;
}

/** What rank 0 has decided: `start.json`. Ranks are named by their words, in order: those of an earlier start are not meant. */
export interface StartFile {
  readonly words: readonly (string | undefined)[];
  readonly atEpochMs: number;
  /** By rank 0's clock; absent: there is no start, and `why`. */
  readonly startEpochMs?: number;
  readonly why?: string;
  /** The least that each rank's clock is ahead of rank 0's, by when rank 0 read what it wrote. */
  readonly leastMs?: readonly (number | null)[];
  /** Rank 0's clock less the folder's. */
  readonly toFolder?: SkewBounds | undefined;
}

/** Where ranks leave word for each other. */
export interface MeetingFolder {
  /** Named in errors. */
  readonly path: string;
  /** Makes a file and removes it; returns when it was made, by `nowMs` and by the folder. */
  stamp(): Promise<FolderStamp>;
  /** The file appears whole; returns the same. */
  write(name: string, value: object): Promise<FolderStamp>;
  /** undefined: there is none, or nothing that can be read. */
  read(name: string): Promise<Readonly<Record<string, unknown>> | undefined>;
}

export const START_FILE = 'start.json';

export function rankFileName(rank: number): string {
  return `${rank}.json`;
}

/** A folder that exists, on a disk that ranks may share. `nowMs`: Unix time by this process's clock. */
export function meetingFolder(path: string, nowMs: () => number): MeetingFolder {
  /** A file's making is what a server of files stamps at once; what is written may stay here for a while. */
  async function made(text: string): Promise<{ temporary: string; stamp: FolderStamp }> {
    const temporary = join(path, `.${randomUUID()}`);
    const beforeMs = nowMs();
    const file = await open(temporary, 'wx');
    const afterMs = nowMs();
    try {
      const { mtimeMs: stampMs } = await file.stat();
      if (text) await file.writeFile(text);
      return { temporary, stamp: { beforeMs, afterMs, stampMs } };
    } finally {
      await file.close();
    }
  }
  return {
    path,
    async stamp() {
      const { temporary, stamp } = await made('');
      await rm(temporary, { force: true });
      return stamp;
    },
    async write(name, value) {
      const { temporary, stamp } = await made(`${JSON.stringify(value)}\n`);
      await rename(temporary, join(path, name));
      return stamp;
    },
    async read(name) {
      try {
        const value = parsedJson(await readFile(join(path, name)));
        return isObject(value) ? value : undefined;
      } catch {
        return undefined;
      }
    },
  };
}
