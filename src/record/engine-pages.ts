import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readLines } from './lines.ts';

/** The engine's /metrics page, Prometheus text, and when it was read, on the clock of its part of the run. */
export interface EnginePage {
  readonly atMs: number;
  readonly text: string;
}

/** The first of a part, and the last, if that is another. */
export interface EnginePages {
  readonly first: EnginePage;
  readonly last: EnginePage | undefined;
}

/** In a run folder: a line a page, of all parts. */
export const PAGES_FILE = 'metrics.ndjson';

/** `{atMs, text}`, and the part's number for resumes. */
export function pageLine({ atMs, text }: EnginePage, part: number): string {
  return `${JSON.stringify({ atMs, ...(part > 0 && { part }), text })}\n`;
}

/** Seen without parsing, as only the ends of a part are asked for. Quotes within the text have a backslash. */
const WHOLE = /[^\\]"\}$/;
const PART = /^\{"atMs":[^,"]+,"part":(\d+),/;

/**
 * The pages of a run folder by the number of their part.
 * @throws UsageError if the file is there and cannot be read.
 */
export function readEnginePages(dir: string): ReadonlyMap<number, EnginePages> {
  const path = join(dir, PAGES_FILE);
  const ends = new Map<number, { first: string; last?: string }>();
  for (const bytes of existsSync(path) ? readLines(path, 'metrics') : []) {
    const line = bytes.toString();
    // Killed, or disk full: the line before it is the last.
    if (!WHOLE.test(line)) continue;
    const part = Number(PART.exec(line)?.[1] ?? 0);
    const known = ends.get(part);
    if (known) known.last = line;
    else ends.set(part, { first: line });
  }
  return new Map(
    [...ends].flatMap(([part, lines]) => {
      const first = pageOf(lines.first);
      const last = lines.last === undefined ? undefined : pageOf(lines.last);
      return first ? [[part, { first, last }]] : [];
    }),
  );
}

/** undefined: a damaged line. What a run measured does not depend on it. */
function pageOf(line: string): EnginePage | undefined {
  try {
    const { atMs, text } = JSON.parse(line) as EnginePage;
    return { atMs, text };
  } catch {
    return undefined;
  }
}
