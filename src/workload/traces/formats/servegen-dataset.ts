import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { bisectLeft } from 'd3-array';
import { UsageError } from '../../../base/errors.ts';
import { found, isObject, notJson, parsedJson } from '../../../base/json.ts';
import type { Rng } from '../../../base/random.ts';
import { LARGE_BYTES, readText } from '../../../base/read-text.ts';

/** Draws the lengths of a request. */
type Lengths = (rng: Rng) => { readonly inputTokens: number; readonly outputTokens: number };

/** Draws one of a window's values. */
type Draw = (rng: Rng) => number;

const FIELD = 'conversation.trace.datasetFile';
const TRACE_NAME = /-trace\.csv$/;
const DATASET_NAME = /\.json$/;

/**
 * The clients of a folder, by the names of their arrivals' files; or the one whose file it is.
 * @throws UsageError for a folder without any, and for a client's other file.
 */
export function clientsIn(path: string): readonly string[] {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    if (!DATASET_NAME.test(path)) return [path];
    throw new UsageError(
      `${path}: found the lengths of a ServeGen client; expected its arrivals, …-trace.csv, or the folder of both`,
    );
  }
  const names = readdirSync(path).filter((name) => TRACE_NAME.test(name));
  if (names.length) return names.sort().map((name) => join(path, name));
  throw new UsageError(`${path}: found no …-trace.csv; expected clients of ServeGen`);
}

/** Whether a file that begins so has the lengths of a client. */
export function isDataset(head: string): boolean {
  return /^\s*\{\s*"\d+"\s*:\s*\{\s*"(input_tokens|text_tokens)"\s*:\s*"\{/.test(head);
}

/**
 * The file with the lengths of a client whose arrivals are in `file`.
 * @throws UsageError where it is not named, and `file` is not called as ServeGen calls it.
 */
export function datasetOf(
  file: string,
  { datasetFile }: { datasetFile?: string | undefined },
): string {
  if (datasetFile !== undefined) return datasetFile;
  if (TRACE_NAME.test(file)) return file.replace(TRACE_NAME, '-dataset.json');
  throw new UsageError(
    `${FIELD}: missing; needed with ${file}, which is not called …-trace.csv: the client's lengths are in a file of their own`,
  );
}

/**
 * Reads the lengths of a client: windows of six hours, each field the text of a Python dict from a value to
 * its share. A window with an empty one is none, and what is asked for it is drawn from the one before.
 * @throws UsageError naming window and field.
 */
export function openDataset(file: string): (sec: number) => Lengths {
  const text = readText(file, { what: 'data file', field: FIELD, maxBytes: LARGE_BYTES });
  const value = parsedJson(text);
  if (!isObject(value)) {
    const problem = value === undefined ? notJson(text) : `${found(value)}; expected an object`;
    throw new UsageError(`${file}: ${problem}`);
  }
  const windows = Object.entries(value)
    .map(([name, fields]) => windowOf(file, name, fields))
    .filter((window) => window !== undefined)
    .sort((a, b) => a.startSec - b.startSec);
  const [first] = windows;
  if (!first) throw new UsageError(`${file}: found no window with lengths; expected one`);
  return (sec) => (windows.findLast(({ startSec }) => startSec <= sec) ?? first).lengths;
}

interface LengthsWindow {
  readonly startSec: number;
  readonly lengths: Lengths;
}

function windowOf(file: string, name: string, fields: unknown): LengthsWindow | undefined {
  const where = `${file}: window ${name}`;
  const startSec = Number(name);
  if (!(startSec >= 0)) throw new UsageError(`${where}: expected seconds >= 0 as its name`);
  if (!isObject(fields)) throw new UsageError(`${where}: ${found(fields)}; expected an object`);
  const draws = new Map<string, Draw | undefined>();
  for (const [field, shares] of Object.entries(fields)) {
    draws.set(field, drawOf(`${where}: ${field}`, shares));
  }
  if ([...draws.values()].some((draw) => !draw)) return undefined;
  return { startSec, lengths: lengthsOf(where, draws as Map<string, Draw>) };
}

/** What goes in beside text, each so many times a request. */
const MEDIA = ['image', 'audio', 'video'];

function lengthsOf(where: string, draws: ReadonlyMap<string, Draw>): Lengths {
  const input = draws.get('input_tokens') ?? draws.get('text_tokens');
  const output = draws.get('output_tokens');
  if (!input) throw new UsageError(`${where}: input_tokens: missing; expected shares of lengths`);
  if (!output) throw new UsageError(`${where}: output_tokens: missing; expected shares of lengths`);
  const media = MEDIA.flatMap((name) => {
    const [count, tokens] = [draws.get(`${name}_count`), draws.get(`${name}_tokens`)];
    return count && tokens ? [{ count, tokens }] : [];
  });
  return (rng) => {
    let inputTokens = input(rng);
    for (const { count, tokens } of media) {
      for (let left = count(rng); left > 0; left--) inputTokens += tokens(rng);
    }
    return { inputTokens, outputTokens: output(rng) };
  };
}

/** How far shares that were rounded may be from 1 together. */
const SHARES_OFF = 0.01;

/** undefined: there are none. */
function drawOf(where: string, shares: unknown): Draw | undefined {
  const pairs = typeof shares === 'string' ? pythonDict(shares) : undefined;
  if (!pairs) {
    throw new UsageError(`${where}: ${found(shares)}; expected a dict as text, as "{224: 0.5, …}"`);
  }
  if (!pairs.length) return undefined;
  const sums: number[] = [];
  for (const [, share] of pairs) sums.push((sums.at(-1) ?? 0) + share);
  const sum = sums.at(-1)!;
  if (Math.abs(sum - 1) > SHARES_OFF) {
    throw new UsageError(`${where}: found shares that are ${sum} together; expected 1`);
  }
  return (rng) => pairs[bisectLeft(sums, rng() * sum)]![0];
}

/** The pairs of numbers in `{1: 0.5, 2: 0.5}`. */
function pythonDict(text: string): [number, number][] | undefined {
  const inside = /^\s*\{(.*)\}\s*$/s.exec(text)?.[1];
  if (inside === undefined) return undefined;
  const pairs = inside
    .split(',')
    .filter((pair) => pair.trim())
    .map((pair) => pair.split(':').map((cell) => (cell.trim() ? Number(cell) : Number.NaN)));
  const areNumbers = pairs.every((pair) => pair.length === 2 && pair.every((one) => one >= 0));
  return areNumbers ? (pairs as [number, number][]) : undefined;
}
