import type { Bound } from './bounds.ts';

/** How likely each capacity is after what was seen; of all that are worth a look, in ascending order. */
export interface Posterior {
  /** Blocks. */
  readonly sizes: readonly number[];
  /** Adding up to 1. */
  readonly mass: readonly number[];
  /** The logarithm of the likelihood, less that of the likeliest. */
  readonly logs: readonly number[];
  /** That of a cache without an end. */
  readonly endlessLog: number;
}

export interface PosteriorRange {
  /** The least capacity that could have run what was run. */
  readonly from: number;
  /** From here on none can be told from another. */
  readonly to: number;
}

/** Of all requests, so many say nothing of the capacity, for reasons of their own: preempted, cancelled, sent elsewhere. */
const STRAY = 0.01;
/** Widths of the noise, blocks; and how wide it is where nothing has shown it to be more. */
const NOISES = [0.15, 0.3, 0.6, 1.2, 2.5, 5, 10, 20, 40, 80, 160, 320];
const NOISE_EXPECTED = 0.12;
const NOISE_EXPECTED_SHARE = 0.0006;
/** So many are looked at, in ever smaller ranges: the peak may be a block wide. */
const SIZES = 160;
const LOOKS = 4;
/** Of many requests these suffice for the first look. */
const ROWS_FIRST = 2000;
/** Logarithms of likelihoods: what is so much less is nothing. */
const NOTHING = -18;

/**
 * Where the capacity C lies, by the bounds that requests set to it in several orders of the same run. The bound of a
 * request holds for C + e instead of C: e is logistic, and as wide as the bounds contradict each other (a location
 * and a scale from interval-censored data, by Bayes' rule on a grid of both); the prior is even in log C.
 */
export function posteriorOf(
  orders: readonly (readonly Bound[])[],
  { from, to }: PosteriorRange,
): Posterior {
  const all = orders.map((bounds) => rowsOf(bounds, Math.log((to + 1) / from)));
  const few = all.map((rows) => thinned(rows, ROWS_FIRST));
  const { noises, sizes } = narrowed(few, spaced(from, to, SIZES));
  const typical = (sizes[0]! + sizes.at(-1)!) / 2;
  const [endless, ...logs] = weighed(all, [Infinity, ...sizes], noises, typical);
  const best = Math.max(...logs);
  const weights = logs.map((log, index) => Math.exp(log - best) * widthOf(sizes, index));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return {
    sizes,
    mass: weights.map((weight) => weight / sum),
    logs: logs.map((log) => log - best),
    endlessLog: endless! - best,
  };
}

/** The size up to which a share of the mass lies. */
export function quantileOf({ sizes, mass }: Posterior, share: number): number {
  let sum = 0;
  const at = mass.findIndex((one) => (sum += one) >= share - 1e-9);
  return sizes.at(at)!;
}

/** The shortest range of sizes, in the logarithm, with at least so much of the mass. */
export function shortestOf({ sizes, mass }: Posterior, share: number): [low: number, high: number] {
  let shortest: [number, number] = [sizes[0]!, sizes.at(-1)!];
  let sum = 0;
  let end = 0;
  for (const [begin, low] of sizes.entries()) {
    while (end < sizes.length && sum < share - 1e-9) sum += mass[end++]!;
    if (sum < share - 1e-9) break;
    const high = sizes[end - 1]!;
    if (high / low < shortest[1] / shortest[0]) shortest = [low, high];
    sum -= mass[begin]!;
  }
  return shortest;
}

interface Row {
  readonly atLeast: number;
  readonly below: number;
  /** How likely a stray request is to set such a bound. */
  readonly stray: number;
}

function rowsOf(bounds: readonly Bound[], range: number): Row[] {
  return bounds.flatMap(({ atLeast, below }) => {
    if (atLeast === 0 && below === Infinity) return [];
    const isOpen = atLeast === 0 || below === Infinity;
    const stray = isOpen ? 0.5 : Math.min(0.5, Math.log(Math.max(below / atLeast, 1)) / range);
    return [{ atLeast, below, stray: STRAY * stray }];
  });
}

/** By size: the logarithm of the likelihood, over all orders and these widths of the noise. */
function weighed(
  orders: readonly (readonly Row[])[],
  sizes: readonly number[],
  noises: readonly number[],
  typical?: number,
): number[] {
  return sizes.map((size) => {
    const expected = NOISE_EXPECTED + NOISE_EXPECTED_SHARE * (typical ?? size);
    return logSum(
      orders.flatMap((rows) => noises.map((noise) => logOf(rows, size, noise) - noise / expected)),
    );
  });
}

function logOf(rows: readonly Row[], size: number, noise: number): number {
  let log = 0;
  // A logarithm now and then, not one a row.
  let product = 1;
  for (const { atLeast, below, stray } of rows) {
    const isThere = atLeast === 0 ? 1 : logistic((size - atLeast + 0.5) / noise);
    const isMore = below === Infinity ? 0 : logistic((size - below + 0.5) / noise);
    product *= (1 - STRAY) * Math.max(0, isThere - isMore) + stray;
    if (product > 1e-200) continue;
    log += Math.log(product);
    product = 1;
  }
  return log + Math.log(product);
}

function logistic(x: number): number {
  if (x > 40) return 1;
  return x < -40 ? 0 : 1 / (1 + Math.exp(-x));
}

function logSum(logs: readonly number[]): number {
  const most = Math.max(...logs);
  return most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0));
}

/** Whole numbers, even in their logarithms, each once. */
function spaced(from: number, to: number, count: number): number[] {
  const numbers = new Set<number>();
  for (let i = 0; i <= count; i++) numbers.add(Math.round(from * (to / from) ** (i / count)));
  return [...numbers];
}

function thinned(rows: readonly Row[], most: number): readonly Row[] {
  const every = Math.ceil(rows.length / most);
  return every <= 1 ? rows : rows.filter((_, index) => index % every === 0);
}

/** What a size stands for, in log C. */
function widthOf(sizes: readonly number[], index: number): number {
  if (sizes.length === 1) return 1;
  const before = sizes[Math.max(0, index - 1)]!;
  const after = sizes[Math.min(sizes.length - 1, index + 1)]!;
  return Math.log(after / before);
}

/** The sizes and widths of the noise that are not next to impossible, in smaller and smaller steps. */
function narrowed(
  rows: readonly (readonly Row[])[],
  from: readonly number[],
): { sizes: readonly number[]; noises: readonly number[] } {
  let sizes = from;
  let noises: readonly number[] = NOISES;
  for (let look = 0; look < LOOKS; look++) {
    const seen = noises.map((noise) => ({ noise, logs: weighed(rows, sizes, [noise]) }));
    const likely = Math.max(...seen.flatMap(({ logs }) => logs)) + NOTHING;
    const isLikely = (_: number, at: number) => seen.some(({ logs }) => logs[at]! > likely);
    const first = sizes[Math.max(0, sizes.findIndex(isLikely) - 1)]!;
    const last = sizes[Math.min(sizes.length - 1, sizes.findLastIndex(isLikely) + 1)]!;
    // Between sizes that are looked at may be a peak that only little noise shows.
    if (sizes.at(-1)! - sizes[0]! <= SIZES) {
      noises = seen
        .filter(({ logs }) => logs.some((log) => log > likely))
        .map(({ noise }) => noise);
    }
    if (first === sizes[0] && last === sizes.at(-1)) break;
    sizes = spaced(first, last, SIZES);
  }
  return { sizes, noises };
}
