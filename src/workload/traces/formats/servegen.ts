import { randomGamma, randomWeibull } from 'd3-random';
import { UsageError } from '../../../base/errors.ts';
import { type Rng, stream } from '../../../base/random.ts';
import { type CsvRow, csvRows, headerOf } from '../../files/csv.ts';
import type { ReadOptions, TraceEntry, TraceFormat } from '../format.ts';
import { clientsIn, datasetOf, isDataset, openDataset } from './servegen-dataset.ts';

/**
 * ServeGen's description of a client, or a folder of them: CSV without a header, a row a window of ten minutes, with the rate and
 * the shape of its arrivals. The requests are drawn, with the run's seed: in every window as many as its rate
 * says, at times whose gaps have that shape; their lengths from the dataset beside it.
 */
export const servegen: TraceFormat = {
  name: 'servegen',
  says: 'CSV without a header of window (s), rate, cv, Gamma or Weibull, and its two arguments',
  timeUnit: 's',
  // Of a folder, the lengths are its .json files.
  alsoReads: (path, options) =>
    clientsIn(path).map((file) => (file === path ? datasetOf(file, options) : file)),
  sniff: (head) => isWindow(headerOf(head)) || isDataset(head),
  read: readServeGen,
};

interface Window {
  readonly startSec: number;
  readonly ratePerSec: number;
  /** undefined: no traffic. */
  readonly pattern: Pattern | undefined;
  readonly shape: number;
}

/** Gaps of this shape. Their scale does not matter: so many fill the window. */
const GAPS = {
  Gamma: (rng: Rng, shape: number) => randomGamma.source(rng)(shape, 1),
  Weibull: (rng: Rng, shape: number) => randomWeibull.source(rng)(shape, 0, 1),
} as const satisfies Record<string, (rng: Rng, shape: number) => () => number>;

type Pattern = keyof typeof GAPS;

const WINDOW_SEC = 600;
const CELLS = 6;
const MS_PER_SEC = 1000;

/** Of a folder: all of its clients, one after the other. */
async function* readServeGen(path: string, options: ReadOptions): AsyncGenerator<TraceEntry> {
  for (const [client, file] of clientsIn(path).entries()) {
    yield* readClient(file, client, options);
  }
}

async function* readClient(
  file: string,
  client: number,
  options: ReadOptions,
): AsyncGenerator<TraceEntry> {
  const { seed = 0 } = options;
  const lengthsAt = openDataset(datasetOf(file, options));
  const windows = await windowsIn(file);
  for (const [i, window] of windows.entries()) {
    const { startSec } = window;
    const endSec = windows[i + 1]?.startSec ?? startSec + WINDOW_SEC;
    const rng = stream(seed, 'servegen', client, startSec);
    const draw = lengthsAt(startSec);
    for (const sec of arrivals(window, endSec - startSec, rng)) {
      yield { atMs: (startSec + sec) * MS_PER_SEC, ...draw(rng) };
    }
  }
}

/** Times in a window, from its beginning, in order: one more gap than requests fill it. */
function arrivals({ ratePerSec, pattern, shape }: Window, windowSec: number, rng: Rng): number[] {
  if (!pattern || ratePerSec === 0) return [];
  const mean = ratePerSec * windowSec;
  const whole = Math.floor(mean + ROUNDING);
  const count = whole + (rng() < mean - whole ? 1 : 0);
  const gapOf = GAPS[pattern](rng, shape);
  const gaps = Array.from({ length: count + 1 }, gapOf);
  const sum = gaps.reduce((total, gap) => total + gap, 0);
  let at = 0;
  // Gaps that are all too small for a double are all alike.
  return gaps
    .slice(0, count)
    .map((gap) => (at += sum > 0 ? (gap / sum) * windowSec : windowSec / (count + 1)));
}

/** The rates are counts by the seconds of a window: 31 requests are written as 0.051666666666666666. */
const ROUNDING = 1e-6;

async function windowsIn(file: string): Promise<Window[]> {
  const windows: Window[] = [];
  for await (const rows of csvRows(file)) {
    for (const row of rows) windows.push(windowIn(file, row, windows.at(-1)?.startSec ?? -1));
  }
  return windows;
}

function windowIn(file: string, { line, cells }: CsvRow, lastSec: number): Window {
  const wrong = (what: string, cell: string | undefined, expected: string) =>
    new UsageError(`${file}: line ${line}: ${what}: found "${cell ?? ''}"; expected ${expected}`);
  if (cells.length !== CELLS) {
    throw new UsageError(
      `${file}: line ${line}: found ${cells.length} cells; expected ${CELLS}: window, rate, cv, pattern and its two arguments`,
    );
  }
  const [start, rate, , name, argument] = cells;
  const startSec = numberOf(start);
  if (!(startSec > lastSec)) throw wrong('window', start, `seconds, more than ${lastSec}`);
  const ratePerSec = numberOf(rate);
  if (!(ratePerSec >= 0)) throw wrong('rate', rate, 'requests a second >= 0');
  if (!isPattern(name)) throw wrong('pattern', name, `${Object.keys(GAPS).join(', ')} or nothing`);
  const shape = numberOf(argument);
  if (name !== '' && !(shape > 0)) throw wrong('shape', argument, 'a number above 0');
  return { startSec, ratePerSec, pattern: name === '' ? undefined : name, shape };
}

function numberOf(cell: string | undefined): number {
  const value = cell ? Number(cell) : Number.NaN;
  return value < Infinity ? value : Number.NaN;
}

function isPattern(name: string | undefined): name is Pattern | '' {
  return name === '' || (name !== undefined && Object.hasOwn(GAPS, name));
}

function isWindow(cells: readonly string[]): boolean {
  const numbers = cells.filter((_, i) => i !== 3).every((cell) => numberOf(cell) >= 0);
  return cells.length === CELLS && numbers && isPattern(cells[3]);
}
