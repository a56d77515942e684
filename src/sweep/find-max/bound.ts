import type { Interval95 } from '../../stats/intervals/certainty.ts';
import { type Estimate, type Pooled, pooled } from './estimate.ts';
import { isotonic } from './isotonic.ts';

/** A run at some load, and what it says of each limit, in their order. */
export interface Visit {
  readonly x: number;
  readonly estimates: readonly Estimate[];
  /** How the load had changed before it: what a cache remembers may depend on that. */
  readonly from?: 'below' | 'above';
}

/** The greatest load within a limit, or within all of them. */
export interface Bound {
  readonly x: number;
  readonly interval95: Interval95;
  /** Which limit it is that is broken first. */
  readonly limit: number;
  /** fit: of the line through what lies near it; bracket: nothing is known between these ends. */
  readonly by: 'fit' | 'bracket';
}

interface Place extends Pooled {
  readonly x: number;
  readonly runs: readonly Pooled[];
}

/**
 * The load at which the first of the limits is broken; undefined: none was, or none was kept.
 *
 * Isotonic regression over all that was played says where a limit is crossed, as more load is never better. Through the
 * places near by goes a line, y over log load, by weighted least squares; the interval is of all loads at which it may
 * cross 0 (Fieller 1954), wider where the runs scatter more than they say of themselves.
 */
export function boundOf(visits: readonly Visit[]): Bound | undefined {
  const limits = visits[0]?.estimates.length ?? 0;
  let first: Bound | undefined;
  const intervals: Interval95[] = [];
  for (let limit = 0; limit < limits; limit++) {
    const bound = boundOfLimit(visits, limit);
    if (!bound) continue;
    intervals.push(bound.interval95);
    if (!first || bound.x < first.x) first = bound;
  }
  if (!first) return undefined;
  // Any of them may be the first: those of the others that reach as low count as well.
  const low = Math.min(...intervals.map(([from]) => from));
  const high = Math.min(...intervals.map(([, to]) => to));
  return { ...first, interval95: [low, Math.max(low, high)] };
}

function boundOfLimit(visits: readonly Visit[], limit: number): Bound | undefined {
  const places = placesOf(visits, limit);
  const fitted = isotonic(places.map((place) => ({ y: cut(place.y), weight: weightOf(place) })));
  const last = fitted.findLastIndex((y) => y <= 0);
  const next = fitted.findIndex((y) => y > 0);
  if (last < 0 || next < 0) return undefined;
  const near = places.filter((place, index) => Math.abs(fitted[index]!) <= place.nearby);
  const fit = near.length > 1 ? crossingOf(near) : undefined;
  if (fit) return { ...fit, limit, by: 'fit' };
  const low = places.findLast(({ side }, index) => side === 'within' && index <= last);
  const high = places.find(({ side }, index) => side === 'beyond' && index >= next);
  const [from, to] = [low?.x ?? places[0]!.x, high?.x ?? places.at(-1)!.x];
  return { x: Math.sqrt(from * to), interval95: [from, to], limit, by: 'bracket' };
}

/** In the order of load, each with all of its runs. */
function placesOf(visits: readonly Visit[], limit: number): Place[] {
  const at = new Map<number, Estimate[]>();
  for (const { x, estimates } of visits) at.set(x, [...(at.get(x) ?? []), estimates[limit]!]);
  return [...at]
    .sort(([a], [b]) => a - b)
    .map(([x, estimates]) => ({
      x,
      runs: estimates.map((one) => pooled([one])),
      ...pooled(estimates),
    }));
}

/** Beyond doubt is far, and no more. */
function cut(y: number): number {
  return Math.max(-1e3, Math.min(1e3, y));
}

function weightOf({ weightAt, y }: Place): number {
  return Math.max(1e-9, weightAt(cut(y)));
}

/** Squares of t and the dispersion make the width. */
const T = 2.04;
const ROUNDS = 8;
/** Quantile at 95 % of the normal distribution, which chi squared is near to. */
const Z95 = 1.645;

/** Where the line through these places crosses 0; undefined: it may not rise at all. */
function crossingOf(places: readonly Place[]): Pick<Bound, 'x' | 'interval95'> | undefined {
  let line = lineThrough(
    places,
    places.map(({ y }) => y),
  );
  // How precise a share is follows from what it is: from the line, and not from its own chance.
  for (let round = 0; round < ROUNDS; round++) line = lineThrough(places, fittedBy(line, places));
  const { a, b, middle, varA, covAB, varB } = line;
  const t2 = T ** 2 * dispersionOf(places, line);
  const [A, B, C] = [b * b - t2 * varB, a * b - t2 * covAB, a * a - t2 * varA];
  const root = B * B - A * C;
  if (!(b > 0 && A > 0 && root >= 0)) return undefined;
  const at = (z: number) => Math.exp(middle + z);
  return {
    x: at(-a / b),
    interval95: [at((-B - Math.sqrt(root)) / A), at((-B + Math.sqrt(root)) / A)],
  };
}

interface Line {
  /** y = a + b (log x - middle), with their variances. */
  readonly a: number;
  readonly b: number;
  readonly middle: number;
  readonly varA: number;
  readonly varB: number;
  readonly covAB: number;
}

function lineThrough(places: readonly Place[], expected: readonly number[]): Line {
  const weights = places.map((place, index) => Math.max(1e-9, place.weightAt(expected[index]!)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const sum = (of: (place: Place) => number) =>
    places.reduce((all, place, index) => all + weights[index]! * of(place), 0);
  const middle = sum(({ x }) => Math.log(x)) / total;
  const a = sum(({ y }) => y) / total;
  const squares = sum(({ x }) => (Math.log(x) - middle) ** 2);
  const b = sum(({ x, y }) => (Math.log(x) - middle) * y) / squares;
  return { a, b, middle, varA: 1 / total, varB: 1 / squares, covAB: 0 };
}

function fittedBy({ a, b, middle }: Line, places: readonly Place[]): number[] {
  return places.map(({ x }) => a + b * (Math.log(x) - middle));
}

/** How much more runs scatter about the line than they say: 1, unless that is more than chance, or there are few. */
function dispersionOf(places: readonly Place[], line: Line): number {
  const fitted = fittedBy(line, places);
  let squares = 0;
  let count = 0;
  places.forEach(({ runs }, index) => {
    for (const run of runs) {
      const weight = run.weightAt(fitted[index]!);
      if (!Number.isFinite(run.y) || weight === 0) continue;
      squares += weight * (run.y - fitted[index]!) ** 2;
      count++;
    }
  });
  const degrees = count - 2;
  const isByChance = squares <= degrees + Z95 * Math.sqrt(2 * degrees);
  return degrees < 3 || isByChance ? 1 : squares / degrees;
}
