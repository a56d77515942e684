import { normalTwoSided } from './normal.ts';

/** How slowly a run varies: what its slowest cosines hold, c_j squared, j from 1. */
export type Powers = Float64Array;

/** So many of the slowest cosines are looked at. */
const COSINES = 48;

/**
 * Of the parts of a sum over k consecutive stretches: c_j = sqrt(2) sum S_i cos(pi j (i + 1/2) / k), squared. Where the
 * parts do not depend on each other, each is on average the variance of the sum.
 */
export function powersOf(stretches: ArrayLike<number>): Powers {
  const { length } = stretches;
  const count = Math.max(0, Math.min(COSINES, length - 1));
  const table = cosinesOf(length, count);
  return Float64Array.from({ length: count }, (_, j) => {
    let sum = 0;
    for (let index = 0; index < length; index++)
      sum += table[j * length + index]! * stretches[index]!;
    return sum * sum;
  });
}

let cosines = { length: 0, table: new Float64Array() };

/** Those of the last length are kept: all runs but short ones have the same. */
function cosinesOf(length: number, count: number): Float64Array {
  if (cosines.length === length) return cosines.table;
  const table = new Float64Array(count * length);
  for (let j = 0; j < count; j++) {
    for (let index = 0; index < length; index++) {
      table[j * length + index] =
        Math.SQRT2 * Math.cos((Math.PI * (j + 1) * (index + 0.5)) / length);
    }
  }
  cosines = { length, table };
  return table;
}

/** Power of the frequency with which a spectrum falls: less than the 2 of one time constant, as queues have many. */
const FALL = 1.4;
/** Integral of 1 / (1 + x^1.4) from 0 on. */
const AREA = Math.PI / FALL / Math.sin(Math.PI / FALL);
/** Where it begins to fall, in half waves a run: from a memory of several runs on, by this factor. */
const SLOWEST = 0.25;
const FASTER = 1.8;
/** Shorter memories are likelier beforehand, by this power of how long they are. */
const SHORTER = 0.3;
/** Shares of the variance that are remembered. */
const SHARES = [0.15, 0.45, 0.8, 1];
/**
 * How much slow variation there may be, in terms of what the variance within the run accounts for. A run that is no
 * longer than its memory does not show all of its variance: 2.7, and within a factor of 1.8 either way as a rule.
 */
const LEVELS = [-1.5, 0, 1.5].map((z) => ({ factor: 2.7 * 1.8 ** z, log: (-z * z) / 2 }));
const LEVELS_LOG = Math.log(LEVELS.reduce((sum, { log }) => sum + Math.exp(log), 0));
/** What is believed beforehand of values that do not depend on each other. */
const INDEPENDENT = 0.5;
/** Less weight than this changes nothing. */
const WEIGHT_MIN = 1e-7;

/** Ways in which the variance of a sum may be so many times that of independent values, each with its weight. */
export type Mixture = readonly { readonly inflation: number; readonly weight: number }[];

/**
 * By how much the values of a run being alike makes the variance of their sum larger, averaged over all ways in which
 * they may be, each weighed by how well it explains the run (Bayes; the likelihood is Whittle's, 1953):
 *
 *     c_j^2 / V  ~  h_j chi^2_1       h_j = (1 - w) + w m n / (C f) / (1 + (j / f)^1.4)       h_0: the inflation
 *
 * w is the share of the variance that is remembered, for n / f values or so; C = 2.87 makes that w of the whole at
 * m = 1. Half of the weight beforehand is that of h = 1: no memory.
 *
 * Another run of its own draws, of the same system or one like it, most likely (9 in 10) remembers as much: what it
 * shows then counts too, as far as both runs bear that out.
 */
export function inflationsOf(run: Shown, other?: Shown): Mixture {
  const ways = waysOf(run);
  if (!other || Math.abs(Math.log(run.count / other.count)) > ALIKE_LENGTH) return gathered(ways);
  const ofOther = waysOf(other);
  // Both may be of another length by some: the shortest memories of the longer one are left out.
  const both = ways.flatMap((way, index) => {
    const too = ofOther[index];
    return too ? [{ ...way, log: way.log + too.log - too.prior }] : [];
  });
  const [one, two, together] = [ways, ofOther, both].map(evidenceOf) as [number, number, number];
  const odds = (LIKE_OTHER / (1 - LIKE_OTHER)) * Math.exp(together - one - two);
  const scaled = (from: readonly Way[], by: number) =>
    from.map((way) => ({ ...way, log: way.log + by }));
  const shared = Number.isFinite(odds) ? scaled(both, Math.log(odds) - together) : both;
  return gathered(Number.isFinite(odds) ? [...shared, ...scaled(ways, -one)] : shared);
}

/** What a run shows of its memory. */
export interface Shown {
  /** Over the variance of the sum if no value depended on another. */
  readonly powers: Powers;
  /** n, of values. */
  readonly count: number;
}

/** How likely it is beforehand that two runs remember as much. */
const LIKE_OTHER = 0.9;
/** Half a step between memories. */
const ALIKE_LENGTH = Math.log(FASTER) / 2;

/** A way in which values may be alike. */
interface Way {
  readonly inflation: number;
  /** Log of how likely it is, beforehand and with what was seen. */
  readonly prior: number;
  readonly log: number;
}

function waysOf({ powers, count }: Shown): Way[] {
  const independent = Math.log(INDEPENDENT);
  const found = [{ inflation: 1, prior: independent, log: independent - sumOf(powers) / 2 }];
  const memories = memoriesOf(count, powers.length);
  const ways = memories.reduce((sum, { slow }) => sum + slow ** -SHORTER, 0) * SHARES.length;
  for (const { slow, falling } of memories) {
    const likely = Math.log((1 - INDEPENDENT) / ways) - LEVELS_LOG - SHORTER * Math.log(slow);
    for (const share of SHARES) {
      for (const { factor, log } of LEVELS) {
        const level = factor * share * slow;
        const likelihood = likelihoodOf(powers, falling, 1 - share, level);
        found.push({
          inflation: Math.max(1, 1 - share + level),
          prior: log + likely,
          log: likelihood + log + likely,
        });
      }
    }
  }
  return found;
}

/** Log of the sum over all ways. */
function evidenceOf(ways: readonly Way[]): number {
  const most = ways.reduce((max, { log }) => Math.max(max, log), -Infinity);
  return most + Math.log(ways.reduce((sum, { log }) => sum + Math.exp(log - most), 0));
}

/** Weights of inflations that are all but the same, put together. */
function gathered(found: readonly Way[]): Mixture {
  const most = found.reduce((max, { log }) => Math.max(max, log), -Infinity);
  const weights = new Map<number, { weight: number; inflations: number }>();
  let total = 0;
  for (const { inflation, log } of found) {
    const weight = Math.exp(log - most);
    const place = Math.round(Math.log(inflation) / ALIKE);
    const at = weights.get(place) ?? { weight: 0, inflations: 0 };
    weights.set(place, {
      weight: at.weight + weight,
      inflations: at.inflations + weight * inflation,
    });
    total += weight;
  }
  return [...weights.values()].flatMap(({ weight, inflations }) =>
    weight > WEIGHT_MIN * total ? [{ inflation: inflations / weight, weight: weight / total }] : [],
  );
}

/** Of logarithms. */
const ALIKE = 0.1;

/** How far from 0, in standard errors of independent values, the sum lies with this chance. */
export function beyondWith(chance: number, mixture: Mixture): number {
  const isBeyond = (z: number) =>
    mixture.reduce(
      (sum, { inflation, weight }) => sum + weight * normalTwoSided(z / Math.sqrt(inflation)),
      0,
    ) > chance;
  let [low, high] = [0, 2];
  while (isBeyond(high)) [low, high] = [high, 2 * high];
  for (let step = 0; step < BISECTIONS; step++) {
    const middle = (low + high) / 2;
    if (isBeyond(middle)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

const BISECTIONS = 20;

interface Memory {
  /** n / (C f): the inflation where all is remembered. */
  readonly slow: number;
  /** 1 / (1 + (j / f)^1.4), j from 1. */
  readonly falling: Float64Array;
}

/** From one of several runs to one of two values. */
function memoriesOf(count: number, cosines: number): Memory[] {
  const memories: Memory[] = [];
  for (let index = 0; ; index++) {
    const f = SLOWEST * FASTER ** index;
    if (index > 0 && f > FASTEST * count) return memories;
    const falling = (fallings[index] ??= fallingAt(f));
    memories.push({ slow: count / (AREA * f), falling: falling.subarray(0, cosines) });
  }
}

function fallingAt(f: number): Float64Array {
  return Float64Array.from({ length: COSINES }, (_, j) => 1 / (1 + ((j + 1) / f) ** FALL));
}

const FASTEST = 0.42;
const fallings: Float64Array[] = [];

/** Log of it, less what is the same for all. */
function likelihoodOf(powers: Powers, falling: Float64Array, white: number, level: number): number {
  let sum = 0;
  let product = 1;
  // Subtle: some 10,000 times a percentile; a logarithm of a product is one of many.
  for (let j = 0; j < powers.length; j++) {
    const h = white + level * falling[j]!;
    sum += powers[j]! / h;
    product *= h;
    if ((j & 15) === 15) {
      sum += Math.log(product);
      product = 1;
    }
  }
  return -(sum + Math.log(product)) / 2;
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
