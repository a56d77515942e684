import { beyondWith, inflationsOf, powersOf, type Shown } from './memory.ts';
import { criticalValue } from './student.ts';

/** A variance of a sum of values that are alike in time, and how many degrees of freedom it has. */
export interface LongRun {
  readonly variance: number;
  readonly degrees: number;
}

/** A sum over a run, in parts. */
export interface Summed {
  /** Its parts over consecutive stretches of time, each less what it would be on average. */
  readonly stretches: ArrayLike<number>;
  /**
   * Its variance if all values were independent; undefined: that says nothing, as they make up for each other, and what
   * stretches differ by tells it.
   */
  readonly alone: number | undefined;
  /** Of all values. */
  readonly count: number;
}

/** Correlation of stretches from which on nothing can be concluded. */
const CORRELATION_MAX = 0.9;
/** Schmeiser (1982): more than 30 stretches add little; the longer they are, the less is one like the next. */
const LONG_STRETCHES = 32;

/**
 * The variance as it is likely to be: V (1 + r) / (1 - r), with V = k / (k - 1) sum S^2 of k = 32 stretches, and r > 0
 * the correlation of a stretch with the next, as if it went on so (Steiger et al. 2005). Infinity of fewer than two.
 */
export function likelyVariance(stretches: ArrayLike<number>): number {
  const { variance, correlation } = ofLongStretches(stretches);
  // Of independent stretches it is -1 / k on average.
  const r = correlation + 1 / Math.min(LONG_STRETCHES, stretches.length);
  const above = Math.min(CORRELATION_MAX, Math.max(0, r));
  return variance === 0 ? 0 : (variance * (1 + above)) / (1 - above);
}

/** Batch means: V, and the correlation of a stretch with the next. */
function ofLongStretches(stretches: ArrayLike<number>) {
  const all = stretches.length;
  if (all < 2) return { variance: Infinity, correlation: 0 };
  const count = Math.min(LONG_STRETCHES, all);
  let [squares, products, before] = [0, 0, 0];
  for (let index = 0; index < count; index++) {
    let sum = 0;
    const end = Math.floor(((index + 1) * all) / count);
    for (let at = Math.floor((index * all) / count); at < end; at++) sum += stretches[at]!;
    squares += sum * sum;
    products += sum * before;
    before = sum;
  }
  return { variance: (squares * count) / (count - 1), correlation: products / squares };
}

/**
 * The variance that an interval is made of: that of independent values where they are, and as much more as they are
 * alike, in doubt how much that is: see `memory.ts`. Told is the Student's t that has the same 68 and 95 % points, so
 * that many degrees of freedom say that the variance is known, and few that it may be much more.
 *
 * @param other the same sum over another run, of draws of its own
 */
export function longRunOf(summed: Summed, other?: Summed): LongRun {
  const { alone: known, count } = summed;
  if (count < 2) return { variance: Infinity, degrees: 0 };
  const alone = aloneOf(summed);
  const most = known === undefined ? LONG_STRETCHES - 1 : count - 1;
  if (!(alone > 0)) return { variance: 0, degrees: most };
  const isShown = other && other.count > 1 && aloneOf(other) > 0;
  const mixture = inflationsOf(shownBy(summed), isShown ? shownBy(other) : undefined);
  const [one, two] = [beyondWith(ONE, mixture), beyondWith(TWO, mixture)];
  const degrees = Math.min(most, degreesBy(two / one));
  return { variance: alone * (two / criticalValue(1 - TWO, degrees)) ** 2, degrees };
}

function aloneOf({ stretches, alone }: Summed): number {
  return alone ?? ofLongStretches(stretches).variance;
}

function shownBy(summed: Summed): Shown {
  const alone = aloneOf(summed);
  return {
    powers: powersOf(summed.stretches).map((power) => power / alone),
    count: summed.count,
  };
}

/** What lies outside of one and of two standard errors, or so, of normal values. */
const ONE = 0.3173;
const TWO = 0.05;

/** The degrees of freedom of the t whose 95 % point is so many times its 68 % point, from 1 to 1e6. */
function degreesBy(ratio: number): number {
  ratios ??= DEGREES.map(
    (degrees) => criticalValue(1 - TWO, degrees) / criticalValue(1 - ONE, degrees),
  );
  const next = ratios.findIndex((each) => each <= ratio);
  if (next <= 0) return next === 0 ? DEGREES[0]! : DEGREES.at(-1)!;
  const [above, below] = [ratios[next - 1]!, ratios[next]!];
  const share = (above - ratio) / (above - below);
  // The ratio is all but linear in 1 / degrees.
  const [from, to] = [1 / DEGREES[next - 1]!, 1 / DEGREES[next]!];
  return 1 / (from + share * (to - from));
}

const DEGREES = [1, 1.5, 2, 3, 4, 6, 10, 20, 50, 1e6];
let ratios: readonly number[] | undefined;
