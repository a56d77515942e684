import { isUtf8 } from 'node:buffer';
import { UsageError } from '../base/errors.ts';
import { isObject, parsedJson } from '../base/json.ts';
import { notText } from '../base/not-text.ts';
import { problemsOf } from '../scenario/problems.ts';
import { upgraded } from '../scenario/renamed.ts';
import { scenarioSchema } from '../scenario/schema.ts';
import type { EnginePages } from './engine-pages.ts';
import { asFooter, asHeader, asRecord } from './journal-line.ts';
import { readLines } from './lines.ts';
import type { RunFooter, RunHeader, TurnRecord } from './record.ts';

/** One journal file: a run, or what one resume added to it. */
export interface RunPart {
  readonly header: RunHeader;
  readonly records: readonly TurnRecord[];
  /** undefined: the part did not end in order (killed, crashed, disk full), or is still being written. */
  readonly footer: RunFooter | undefined;
  /** Records in the file that another part of the run stands for. */
  readonly leftOut?: number;
  /** What the engine told of itself before it and after it; absent if it did not. */
  readonly enginePages?: EnginePages | undefined;
}

/**
 * Reads a journal line by line, and checks every field; its `lines` may be elsewhere. A last line that was cut off is left out, and so is what an
 * engine cannot have said, or a later version wrote; both are said in `warnings`.
 * @throws UsageError naming file and line: unreadable, another format or version, a damaged line.
 */
export function readJournal(
  path: string,
  lines = readLines(path, 'journal'),
): { part: RunPart; warnings: string[] } {
  let header: RunHeader | undefined;
  let footer: RunFooter | undefined;
  let cutLine: number | undefined;
  let firstLine: Buffer | undefined;
  let number = 0;
  const records: TurnRecord[] = [];
  const leftOut = new LeftOutOf(path);
  for (const line of lines) {
    firstLine ??= line;
    const where = `${path}: line ${++number}`;
    const without = (field: string, detail: string) => leftOut.add(number, field, detail);
    if (cutLine) throw new UsageError(`${path}: line ${cutLine}: not JSON, and not the last line`);
    if (footer) throw new UsageError(`${where}: found a line after the footer`);
    const value = isUtf8(line) ? parsedJson(line) : undefined;
    if (!isObject(value)) cutLine = number;
    else if (!header) header = asHeader(value, where, without);
    else if ('stoppedBy' in value) footer = asFooter(value, where, without);
    else records.push(asRecord(value, where, without));
  }
  if (!header && firstLine) {
    const problem = notText(firstLine);
    if (problem) throw new UsageError(`${path}: ${problem}`);
  }
  if (!header) {
    throw new UsageError(`${path}: no whole header line; expected a confab journal`);
  }
  return {
    part: { header, records, footer },
    warnings: [
      ...(cutLine ? [cutText(path, cutLine)] : []),
      ...unreadScenario(path, header),
      ...leftOut.lines,
    ],
  };
}

function cutText(path: string, line: number): string {
  return `${path}: line ${line}, the last, is cut off and was left out (killed, or disk full)`;
}

/** The report of a run does without what its scenario says, if another version wrote one that is no more. */
function unreadScenario(path: string, { scenario }: RunHeader): string[] {
  const input = upgraded(scenario);
  const { error } = scenarioSchema.safeParse(input, { reportInput: true });
  if (!error) return [];
  const [first, ...rest] = problemsOf(error, scenarioSchema, input);
  const more = rest.length ? `, and ${rest.length} more` : '';
  return [`${path}: line 1: what its scenario says is left out: ${first}${more}`];
}

/** What was left out, by field: told once, with the first line and how many there are. */
class LeftOutOf {
  readonly #path: string;
  readonly #fields = new Map<string, { line: number; detail: string; count: number }>();

  constructor(path: string) {
    this.#path = path;
  }

  add(line: number, field: string, detail: string): void {
    const known = this.#fields.get(field);
    if (known) known.count++;
    else this.#fields.set(field, { line, detail, count: 1 });
  }

  get lines(): string[] {
    return [...this.#fields].map(([field, { line, detail, count }]) => {
      const more = count > 1 ? `, and in ${count - 1} more lines` : '';
      return `${this.#path}: line ${line}: ${field} is left out: ${detail}${more}`;
    });
  }
}
