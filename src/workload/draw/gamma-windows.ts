import { randomGamma } from 'd3-random';
import { UsageError } from '../../base/errors.ts';
import { found, parsedJson } from '../../base/json.ts';
import type { Rng } from '../../base/random.ts';
import { LARGE_BYTES, readText } from '../../base/read-text.ts';
import { columnsOf } from '../files/csv.ts';

/** Gaps of a window: gamma distributed with this shape (alpha) and rate (beta, per second). */
export interface GammaWindow {
  readonly shape: number;
  readonly rate: number;
  /** Of the lengths of requests that come in it, where they are drawn by Zipf's law; absent: as ever. */
  readonly lengthAlpha?: number | undefined;
}

interface Windows {
  readonly windows: readonly GammaWindow[];
  readonly windowSec: number;
  readonly speedup: number;
}

/**
 * When one conversation after the other is due, milliseconds from the first. A gap is drawn with the shape of the
 * window that it begins in and passes at the rate of each window that it goes through, so that a window in which
 * hardly anybody comes does not hide the next. After the last window comes the first again.
 */
export function* gammaWindowTimes(
  rng: Rng,
  { windows, windowSec, speedup }: Windows,
): Generator<number> {
  const gamma = randomGamma.source(rng);
  let window = 0;
  let sec = 0;
  for (;;) {
    yield (window * windowSec + sec) * 1000;
    // In units of 1 / rate, of which a second has rate * speedup.
    let left = gamma(windows[window % windows.length]!.shape, 1)();
    for (;;) {
      const perSec = windows[window % windows.length]!.rate * speedup;
      const room = (windowSec - sec) * perSec;
      if (left < room) {
        sec += left / perSec;
        break;
      }
      left -= room;
      window++;
      sec = 0;
    }
  }
}

const NEEDED = ['alpha', 'beta'] as const;
const COLUMNS = [...NEEDED, 'zipf'] as const;

/**
 * Reads a CSV with the columns alpha and beta, and zipf where it has that, a row a window, in any order; other
 * columns are left alone.
 * @throws UsageError naming file, line and column.
 */
export function readGammaWindows(file: string): GammaWindow[] {
  const text = readText(file, { what: 'file of windows', maxBytes: LARGE_BYTES });
  const [header = '', ...lines] = text.split(/\r?\n/);
  const place = columnsOf(header.split(',').map(trimmed), COLUMNS);
  const missing = NEEDED.filter((name) => place[name] < 0);
  if (missing.length) {
    throw new UsageError(
      `${file}: line 1: found the columns ${header.trim() || 'none'}; expected ${missing.join(' and ')}`,
    );
  }
  const windows = lines.flatMap((line, index) => {
    if (!line.trim()) return [];
    const cells = line.split(',').map(trimmed);
    const [shape, rate, lengthAlpha] = COLUMNS.map((name) => {
      if (place[name] < 0) return undefined;
      const cell = cells[place[name]] ?? '';
      const value = Number(cell || Number.NaN);
      if (value > 0 && value < Infinity) return value;
      throw new UsageError(
        `${file}: line ${index + 2}: ${name}: ${found(parsedJson(cell) ?? cell)}; expected a number > 0`,
      );
    });
    return [{ shape: shape!, rate: rate!, ...(lengthAlpha !== undefined && { lengthAlpha }) }];
  });
  if (windows.length) return windows;
  throw new UsageError(`${file}: found no window; expected a row of alpha and beta for each`);
}

function trimmed(cell: string): string {
  return cell.trim();
}
