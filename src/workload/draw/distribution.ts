import { mean, variance } from 'd3-array';
import { randomExponential, randomGamma, randomLogNormal, randomNormal } from 'd3-random';
import { UsageError } from '../../base/errors.ts';
import { below, type Rng, stream } from '../../base/random.ts';
import type { Distribution } from '../../scenario/distribution.ts';
import { dataValues } from './data-values.ts';
import { type Moments, zipfMoments, zipfSampler } from './zipf.ts';

type Shape = Exclude<Distribution, number>;
type Of<Name extends Shape['distribution']> = Extract<Shape, { distribution: Name }>;

/** A function that draws one value; it keeps nothing between draws, so any stream may be given each time. */
export type Sampler = (rng: Rng) => number;

/**
 * Draws from `d`, in its own unit, from 0 to `most`: a long tail, or a data file, may have what no run could
 * play. A data file is read now, once.
 * @throws UsageError for an unreadable data file, naming file and line, and for a truncated normal that hardly has a value.
 */
export function sampler(d: Distribution, most = Infinity): Sampler {
  const draw = unboundedSampler(d);
  return typeof d === 'number' ? draw : (rng) => Math.min(most, draw(rng));
}

function unboundedSampler(d: Distribution): Sampler {
  if (typeof d === 'number') return () => d;
  switch (d.distribution) {
    case 'constant':
      return () => d.value;
    case 'uniform':
      return (rng) => d.min + (d.max - d.min) * rng();
    case 'exponential':
      return clipped(d, (rng) => randomExponential.source(rng)(1 / d.mean)());
    case 'lognormal':
      return lognormal(d);
    case 'gamma':
      // Shape k = 1 / cv^2 and scale theta = mean * cv^2 give mean k * theta and variance k * theta^2.
      return clipped(d, (rng) => randomGamma.source(rng)(d.cv ** -2, d.mean * d.cv ** 2)());
    case 'normal':
      return truncatedNormal(d);
    case 'zipf':
      return zipfSampler(d);
    case 'data':
      return resampling(dataValues(d));
  }
}

/** Whole numbers from `least` to `most`: draws are rounded, and a uniform between whole numbers gives each of them equally often. */
export function countSampler(d: Distribution, least: number, most = Infinity): Sampler {
  if (typeof d !== 'number' && d.distribution === 'uniform' && areWhole(d.min, d.max)) {
    const { min, max } = d;
    return (rng) => Math.max(least, min + below(rng, max - min + 1));
  }
  const draw = sampler(d, most);
  return (rng) => Math.max(least, Math.round(draw(rng)));
}

/** The one value of a distribution that has no other; undefined for all that vary. */
export function constantOf(d: Distribution): number | undefined {
  if (typeof d === 'number') return d;
  return d.distribution === 'constant' ? d.value : undefined;
}

/** Mean of `d`, analytic; undefined where clipping or truncation changes it. */
export function meanOf(d: Distribution): number | undefined {
  return moments(d)?.mean;
}

/** Coefficient of variation of `d`, std / mean; undefined where clipping or truncation changes it, or the mean is 0. */
export function cvOf(d: Distribution): number | undefined {
  const known = moments(d);
  return known && known.mean > 0 ? known.std / known.mean : undefined;
}

function lognormal(d: Of<'lognormal'>): Sampler {
  const sigma = lognormalSigma(d);
  // The mean of the variable is exp(mu + sigma^2 / 2).
  const mu = Math.log(d.mean) - sigma ** 2 / 2;
  return clipped(d, (rng) => randomLogNormal.source(rng)(mu, sigma)());
}

/** Sigma from the coefficient of variation: cv^2 = exp(sigma^2) - 1. */
function lognormalSigma({ cv, sigma }: Of<'lognormal'>): number {
  return sigma ?? Math.sqrt(Math.log1p(cv! ** 2));
}

function clipped(bounds: { min?: number | undefined; max?: number | undefined }, draw: Sampler) {
  const { min = 0, max = Infinity } = bounds;
  return (rng: Rng) => Math.max(0, min, Math.min(max, draw(rng)));
}

/** Share of a normal's draws that must fall within its bounds: below, redrawing takes too long to be meant. */
const KEPT_SHARE_MIN = 0.01;
const PROBES = 10_000;

function truncatedNormal({ mean, std, min, max = Infinity }: Of<'normal'>): Sampler {
  const least = Math.max(0, min);
  const isKept = (value: number) => value >= least && value <= max;
  const probe = randomNormal.source(stream(0, 'normal', 'probe'))(mean, std);
  let kept = 0;
  for (let i = 0; i < PROBES; i++) if (isKept(probe())) kept++;
  if (kept < KEPT_SHARE_MIN * PROBES) {
    throw new UsageError(
      `normal: found mean ${mean}, std ${std}, of which hardly any value lies from ${least} to ${max}; expected bounds near the mean`,
    );
  }
  return (rng) => {
    const normal = randomNormal.source(rng)(mean, std);
    let value = normal();
    while (!isKept(value)) value = normal();
    return value;
  };
}

function resampling(values: readonly number[]): Sampler {
  return (rng) => values[below(rng, values.length)]!;
}

function areWhole(...values: number[]): boolean {
  return values.every(Number.isInteger);
}

/** Standard deviations from the mean beyond which a normal's bounds change nothing (2e-9 of the draws). */
const FAR_SIGMAS = 6;

function moments(d: Distribution): Moments | undefined {
  if (typeof d === 'number') return { mean: d, std: 0 };
  switch (d.distribution) {
    case 'constant':
      return { mean: d.value, std: 0 };
    case 'uniform':
      return { mean: (d.min + d.max) / 2, std: (d.max - d.min) / Math.sqrt(12) };
    case 'exponential':
      return isClipped(d) ? undefined : { mean: d.mean, std: d.mean };
    case 'lognormal':
      // cv^2 = exp(sigma^2) - 1
      return isClipped(d)
        ? undefined
        : { mean: d.mean, std: d.mean * Math.sqrt(Math.expm1(lognormalSigma(d) ** 2)) };
    case 'gamma':
      return isClipped(d) ? undefined : { mean: d.mean, std: d.mean * d.cv };
    case 'normal': {
      const { min, max = Infinity, std } = d;
      const isFree = d.mean - min >= FAR_SIGMAS * std && max - d.mean >= FAR_SIGMAS * std;
      return isFree ? { mean: d.mean, std } : undefined;
    }
    case 'zipf':
      return zipfMoments(d);
    case 'data': {
      // Resampling draws from the values themselves: the variance is the population's, over n.
      const values = dataValues(d);
      const n = values.length;
      const spread = n > 1 ? (variance(values)! * (n - 1)) / n : 0;
      return { mean: mean(values)!, std: Math.sqrt(spread) };
    }
  }
}

function isClipped({ min = 0, max }: { min?: number | undefined; max?: number | undefined }) {
  return min > 0 || max !== undefined;
}
