import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { errorText, UsageError } from '../base/errors.ts';
import { makeFolder } from '../base/make-folder.ts';
import { cannotRead } from '../base/read-text.ts';
import { noteMade } from './bare-folder.ts';
import { readEnginePages } from './engine-pages.ts';
import { type RunPart, readJournal } from './journal-reader.ts';
import { hasJournal, JOURNAL, rankFoldersIn } from './rank-folders.ts';
import { wasCut } from './record.ts';
import { recordedTwice, turnKey } from './turn-key.ts';

/** Everything that was journalled in a run folder, and what was odd about it. */
export interface Run {
  /** In order of their number: the run, then each resume. */
  readonly parts: readonly RunPart[];
  readonly warnings: readonly string[];
}

/**
 * Makes `<parent>/<name>-<YYYYMMDD-HHMMSS>` (UTC), with `-2`, `-3`, … if it exists, and returns its path.
 * @throws UsageError if it cannot be made.
 */
export function createRunFolder(parent: string, name: string, epochMs: number): string {
  const [date, time] = new Date(epochMs).toISOString().split(/[T.]/);
  const path = join(parent, `${name}-${date!.replaceAll('-', '')}-${time!.replaceAll(':', '')}`);
  try {
    noteMade(makeFolder(parent));
    for (let copy = 1; ; copy++) {
      const free = copy === 1 ? path : `${path}-${copy}`;
      if (made(free)) return free;
    }
  } catch (error) {
    throw new UsageError(
      `cannot make the run folder ${path}: ${errorText(error)}; output.dir (--output-dir) names another place`,
    );
  }
}

/** The journal that a run, or the next resume, in this folder writes; `part` goes into its header. */
export function nextJournal(dir: string): { path: string; part: number } {
  const last = journals(dir).at(-1);
  const part = last ? last.number : 0;
  return { path: join(dir, part ? `journal-${part + 1}.ndjson` : 'journal.ndjson'), part };
}

/**
 * Reads all parts of a run folder. A turn that the end of a part cut off, and that another part played, is
 * left out of the first: it is no longer unsent. What was measured stays. In a folder that ranks share, all of these.
 * `rescued` stands for the part that could not be written, where its folder may be gone.
 * @throws UsageError if there is none, or one is not a journal.
 */
export function readRun(dir: string, rescued?: RunPart): Run {
  if (rescued && !existsSync(dir)) return { parts: [rescued], warnings: [] };
  const ranks = rankFoldersIn(dir);
  if (ranks.length && !rescued) return readRanks(ranks.map((one) => one.dir));
  const files = journals(dir).filter(({ number }) => number !== numberOf(rescued));
  if (!files.length && !rescued) {
    throw new UsageError(`${dir}: found no journal.ndjson in it; expected a run folder`);
  }
  const read = files.map(({ file, number }) => numbered(join(dir, file), number - 1));
  const pages = readEnginePages(dir);
  const parts = read.map(({ part }) => ({ ...part, enginePages: pages.get(part.header.part) }));
  return {
    parts: withoutPlayedAgain(rescued ? [...parts, rescued] : parts),
    warnings: read.flatMap(({ part, warnings }, index) => [
      ...warnings,
      ...doubtsOf(part, join(dir, files[index]!.file)),
    ]),
  };
}

/** The ranks of one run together; one that has written nothing has nothing to say here. */
function readRanks(dirs: readonly string[]): Run {
  const runs = dirs.filter(hasJournal).map((dir) => readRun(dir));
  if (!runs.length)
    throw new UsageError(`${dirs[0]}: found no journal.ndjson in any rank's folder`);
  return {
    parts: runs.flatMap(({ parts }) => parts),
    warnings: runs.flatMap(({ warnings }) => warnings),
  };
}

/** Where a part lies on the time of all is known from its number. */
function numbered(path: string, number: number): ReturnType<typeof readJournal> {
  const read = readJournal(path);
  const { part } = read.part.header;
  if (part === number) return read;
  throw new UsageError(
    `${path}: line 1: part: found ${part}; expected ${number}, as the file is named`,
  );
}

function numberOf(part: RunPart | undefined): number | undefined {
  return part && part.header.part + 1;
}

/** No process records a turn twice: two have written, or somebody else has. */
function doubtsOf({ records }: RunPart, path: string): string[] {
  const twice = recordedTwice(records);
  const [first] = twice;
  if (!first) return [];
  const more = twice.length > 1 ? `, and so are ${twice.length - 1} more records` : '';
  return [
    `${path}: turn ${first.turn} of user ${first.userId} is in it more than once${more}: do not trust these numbers`,
  ];
}

function withoutPlayedAgain(parts: readonly RunPart[]): readonly RunPart[] {
  if (parts.length === 1) return parts;
  const played = new Set(
    parts.flatMap(({ records }) => records.filter((record) => !wasCut(record)).map(turnKey)),
  );
  return parts
    .toReversed()
    .map((part) => {
      const records = part.records.filter(
        (record) => !wasCut(record) || !played.has(turnKey(record)),
      );
      // The last time that it was kept from being played stands for all.
      for (const record of records) played.add(turnKey(record));
      return { ...part, records, leftOut: part.records.length - records.length };
    })
    .toReversed();
}

function journals(dir: string): { file: string; number: number }[] {
  let files: string[];
  try {
    files = readdirSync(dir);
  } catch (error) {
    throw cannotRead(dir, { what: 'run folder' }, error);
  }
  return files
    .flatMap((file) => {
      const match = JOURNAL.exec(file);
      return match ? [{ file, number: Number(match[1] ?? 1) }] : [];
    })
    .sort((a, b) => a.number - b.number);
}

/** False if it is there already. Never an existing folder, so that two runs of one second do not share one. */
function made(dir: string): boolean {
  try {
    mkdirSync(dir);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
