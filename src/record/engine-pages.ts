import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readLines } from './lines.ts';

/** A page of metrics, Prometheus text or JSON, and when it was asked for, on the clock of its part of the run. */
export interface EnginePage {
  readonly atMs: number;
  /** The URL of a page besides the target's own. */
  readonly source?: string;
  readonly text: string;
}

/** The pages of a part. */
export interface EnginePages {
  /** The first, and the last, if that is another: of the target's own page, if it has one. */
  readonly first: EnginePage;
  readonly last: EnginePage | undefined;
  /**
   * All of them in the order in which they came, read from the file one by one: there may be gigabytes. Absent:
   * there are no others.
   */
  all?(): Iterable<EnginePage>;
}

/** In a run folder: a line a page, of all parts. */
export const PAGES_FILE = 'metrics.ndjson';

/** `{atMs, text}`, the part's number for resumes, and the source of a page besides the target's own. */
export function pageLine({ atMs, source, text }: EnginePage, part: number): string {
  const where = { ...(part > 0 && { part }), ...(source !== undefined && { source }) };
  return `${JSON.stringify({ atMs, ...where, text })}\n`;
}

/** Seen without parsing, as only the ends of a part are asked for. Quotes within the text have a backslash. */
const WHOLE = /[^\\]"\}$/;
const PART = /^\{"atMs":[^,"]+,"part":(\d+),/;
const SOURCE = /^\{"atMs":[^,"]+,(?:"part":\d+,)?"source":/;

interface Ends {
  first: string;
  last?: string;
  isOwn: boolean;
}

/**
 * The pages of a run folder by the number of their part.
 * @throws UsageError if the file is there and cannot be read.
 */
export function readEnginePages(dir: string): ReadonlyMap<number, EnginePages> {
  const path = join(dir, PAGES_FILE);
  const ends = new Map<number, Ends>();
  for (const line of wholeLines(path)) {
    const part = partOf(line);
    const isOwn = !SOURCE.test(line);
    const known = ends.get(part);
    if (!known || (isOwn && !known.isOwn)) ends.set(part, { first: line, isOwn });
    else if (isOwn === known.isOwn) known.last = line;
  }
  return new Map(
    [...ends].flatMap(([part, lines]) => {
      const first = pageOf(lines.first);
      const last = lines.last === undefined ? undefined : pageOf(lines.last);
      return first ? [[part, { first, last, all: () => pagesOf(path, part) }]] : [];
    }),
  );
}

function* pagesOf(path: string, part: number): Generator<EnginePage> {
  for (const line of wholeLines(path)) {
    const page = partOf(line) === part ? pageOf(line) : undefined;
    if (page) yield page;
  }
}

/** Killed, or disk full: the line before the one that was cut off is the last. */
function* wholeLines(path: string): Generator<string> {
  for (const bytes of existsSync(path) ? readLines(path, 'metrics') : []) {
    const line = bytes.toString();
    if (WHOLE.test(line)) yield line;
  }
}

function partOf(line: string): number {
  return Number(PART.exec(line)?.[1] ?? 0);
}

/** undefined: a damaged line. What a run measured does not depend on it. */
function pageOf(line: string): EnginePage | undefined {
  try {
    const { atMs, source, text } = JSON.parse(line) as EnginePage;
    return { atMs, ...(source !== undefined && { source }), text };
  } catch {
    return undefined;
  }
}
