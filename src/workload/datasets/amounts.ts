import { randomGamma } from 'd3-random';
import { UsageError } from '../../base/errors.ts';
import { below, type Rng } from '../../base/random.ts';
import type { Sampler } from '../draw/distribution.ts';
import { sampler } from '../draw/distribution.ts';
import { shuffled } from '../draw/shuffle.ts';

/** Mean and standard deviation, as they were asked for. */
export interface Moments {
  readonly mean: number;
  readonly std: number;
}

/** A distribution that has these moments, and its name for whoever wants to know. */
export interface Amounts {
  readonly says: string;
  readonly draw: Sampler;
}

/** Standard deviations between 1 and the mean of a normal that is as good as never below 1: it is in 1 of 740 draws. */
const FREE_SIGMAS = 3;

/**
 * Amounts of at least 1: a normal, as its users say; where too much of it would lie below 1 and be cut, which would
 * move both moments, a gamma from 1 on.
 * @param flag names the mean in errors
 */
export function countsOf(flag: string, { mean, std }: Moments): Amounts {
  if (std === 0) return { says: 'constant', draw: () => mean };
  checkAboveOne(flag, { mean, std });
  if (mean - 1 >= FREE_SIGMAS * std) {
    return { says: 'normal', draw: sampler({ distribution: 'normal', mean, std, min: 1 }) };
  }
  return {
    says: 'gamma',
    draw: fromOne(sampler({ distribution: 'gamma', ...beyondOne(mean, std) })),
  };
}

/** Up to here a Pareto has a fourth moment, with which a sample's deviation settles. */
const PARETO_CV_MAX = 0.5;

/**
 * Lengths of what people type, at least 1: a Pareto distribution of exponent a = 1 + sqrt(1 + (mean / std)^2) from
 * mean (a - 1) / a on, which has both moments; where that tail is so heavy that no sample would show them, a
 * lognormal from 1 on.
 */
export function heavyTailed(flag: string, { mean, std }: Moments): Amounts {
  if (std === 0) return { says: 'constant', draw: () => mean };
  checkAboveOne(flag, { mean, std });
  const exponent = 1 + Math.sqrt(1 + (mean / std) ** 2);
  const least = (mean * (exponent - 1)) / exponent;
  if (std / mean <= PARETO_CV_MAX && least >= 1) {
    return { says: 'Pareto', draw: (rng) => least * (1 - rng()) ** (-1 / exponent) };
  }
  const draw = sampler({ distribution: 'lognormal', ...beyondOne(mean, std) });
  return { says: 'lognormal', draw: fromOne(draw) };
}

function checkAboveOne(flag: string, { mean, std }: Moments): void {
  if (mean > 1) return;
  throw new UsageError(
    `${flag}: found ${mean} with a standard deviation of ${std}; expected a mean above 1, as nothing is below 1`,
  );
}

function beyondOne(mean: number, std: number) {
  return { mean: mean - 1, cv: std / (mean - 1) };
}

function fromOne(draw: Sampler): Sampler {
  return (rng) => 1 + draw(rng);
}

/**
 * Shares from 0 to 1: a beta distribution, the only one of the well-known with any moments that shares can have. A
 * normal cut at 1 has neither where the mean is near 1: of 0.97 and 0.14 are left 0.89 and 0.09.
 */
export function sharesOf(flag: string, { mean, std }: Moments): Amounts {
  if (mean < 0 || mean > 1) {
    throw new UsageError(`${flag}: found ${mean}; expected a share from 0 to 1`);
  }
  if (std === 0) return { says: 'constant', draw: () => mean };
  const most = Math.sqrt(mean * (1 - mean));
  if (std >= most) {
    throw new UsageError(
      `${flag}: found ${mean} with a standard deviation of ${std}; expected one below ${most.toFixed(4)}, which is all that shares of this mean can have`,
    );
  }
  const both = most ** 2 / std ** 2 - 1;
  const [a, b] = [mean * both, (1 - mean) * both];
  // X / (X + Y) of two gammas; in logarithms, because those of small shapes are smaller than any double.
  return { says: 'beta', draw: (rng) => 1 / (1 + Math.exp(logGamma(rng, b) - logGamma(rng, a))) };
}

/** The logarithm of a gamma draw: of shape k, it is one of shape k + 1 times U^(1/k). */
function logGamma(rng: Rng, shape: number): number {
  return Math.log(randomGamma.source(rng)(shape + 1)()) + Math.log(1 - rng()) / shape;
}

/** Draws that stand for the whole distribution. */
const DRAWS = 1 << 16;
const DRAWS_EACH_MIN = 4;

/**
 * So many draws, in any order, which have the distribution's moments better than so many alone would: one of each
 * part of a sorted large sample, which is cut into as many parts.
 */
export function evenly(rng: Rng, count: number, draw: Sampler): number[] {
  const each = Math.max(DRAWS_EACH_MIN, Math.ceil(DRAWS / count));
  const sample = Float64Array.from({ length: count * each }, () => draw(rng)).sort();
  const drawn = Array.from({ length: count }, (_, i) => sample[i * each + below(rng, each)]!);
  return shuffled(rng, drawn);
}

/** The same in whole numbers of at least 1. */
export function evenCounts(rng: Rng, count: number, draw: Sampler): number[] {
  return wholeCounts(rng, evenly(rng, count, draw));
}

/** Up or down by a draw, so that the mean stays, as 3.5 of 3 and 4. */
export function wholeCounts(rng: Rng, values: readonly number[]): number[] {
  return values.map((value) => Math.max(1, Math.floor(value + rng())));
}
