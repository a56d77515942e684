import { mean } from 'd3-array';
import { randomLogNormal, randomPoisson } from 'd3-random';
import { found } from '../../../base/json.ts';
import { below, type Rng } from '../../../base/random.ts';
import { RandomState } from '../../draw/numpy.ts';
import { numpyPoisson } from '../../draw/numpy-poisson.ts';
import { zipf } from '../../draw/zipf.ts';

/** A distribution of a generator's configuration. `max` is a cap: larger draws become it. */
export type CountDistribution =
  | { readonly name: 'constant'; readonly value: number }
  | { readonly name: 'uniform'; readonly min: number; readonly max: number }
  | {
      readonly name: 'average';
      readonly average: number;
      readonly ratio: number;
      readonly max: Cap;
    }
  | { readonly name: 'lognormal'; readonly mu: number; readonly sigma: number; readonly max: Cap }
  | { readonly name: 'zipf'; readonly alpha: number; readonly max: Cap }
  | { readonly name: 'poisson'; readonly alpha: number; readonly max: Cap };

type Cap = number | undefined;

/** Median over mean, where none is given. */
const MEDIAN_RATIO = 0.85;

/**
 * Reads `{distribution, …}` as bench_dataset.py does: 0 and null are no cap, unknown fields are left
 * alone. Problems go to `problem`, each with its field.
 */
export function parseDistribution(
  value: unknown,
  problem: (text: string) => void,
): CountDistribution | undefined {
  const fields = (value ?? {}) as Record<string, unknown>;
  let isSound = true;
  const fail = (text: string): undefined => {
    isSound = false;
    problem(text);
  };
  const number = (field: string, accepted: string, accepts: (n: number) => boolean): number => {
    const given = fields[field];
    if (typeof given === 'number' && Number.isFinite(given) && accepts(given)) return given;
    fail(`.${field}: ${found(given)}; expected ${accepted}`);
    return Number.NaN;
  };
  const cap = (): Cap => (fields['max'] ? number('max', 'a number > 0', (n) => n > 0) : undefined);
  const read = READERS[String(fields['distribution'])];
  if (!read) {
    const accepted = Object.keys(READERS).join(', ');
    return fail(`.distribution: ${found(fields['distribution'])}; expected ${accepted}`);
  }
  const distribution = read({ fields, number, cap, fail });
  return isSound ? distribution : undefined;
}

interface Reading {
  readonly fields: Readonly<Record<string, unknown>>;
  number(field: string, accepted: string, accepts: (n: number) => boolean): number;
  cap(): Cap;
  fail(text: string): undefined;
}

const READERS: Record<string, (reading: Reading) => CountDistribution | undefined> = {
  constant: ({ number }) => ({
    name: 'constant',
    value: number('value', 'a number >= 0', (n) => n >= 0),
  }),
  uniform: ({ number }) => {
    const min = number('min', 'a number > 0', (n) => n > 0);
    return {
      name: 'uniform',
      min,
      max: number('max', `a number >= min`, (n) => !(n < min)),
    };
  },
  lognormal: ({ fields, number, cap, fail }) => {
    const isAverage = fields['average'] !== undefined;
    if (isAverage && (fields['mean'] !== undefined || fields['sigma'] !== undefined)) {
      return fail(': found average beside mean or sigma; expected average, or mean and sigma');
    }
    if (!isAverage && fields['mean'] === undefined && fields['sigma'] === undefined) {
      return fail(': found no parameter; expected average, or mean and sigma');
    }
    if (!isAverage) {
      return {
        name: 'lognormal',
        mu: number('mean', 'a number > 0', (n) => n > 0),
        sigma: number('sigma', 'a number >= 0', (n) => n >= 0),
        max: cap(),
      };
    }
    const isRatio = fields['median_ratio'] != null;
    return {
      name: 'average',
      average: number('average', 'a number >= 1', (n) => n >= 1),
      ratio: isRatio
        ? number('median_ratio', 'a number > 0 and < 1', (n) => n > 0 && n < 1)
        : MEDIAN_RATIO,
      max: cap(),
    };
  },
  zipf: ({ number, cap }) => ({
    name: 'zipf',
    alpha: number('alpha', 'a number > 1', (n) => n > 1),
    max: cap(),
  }),
  poisson: ({ number, cap }) => ({
    name: 'poisson',
    alpha: number('alpha', 'a number >= 0', (n) => n >= 0),
    max: cap(),
  }),
};

export interface Drawing {
  readonly count: number;
  /** Smaller draws become it. */
  readonly min: number;
  /** As bench_dataset.py: a lognormal with `average` is scaled to have exactly that mean, fractions are cut off. */
  readonly isCompat: boolean;
}

/**
 * So many whole numbers. The lognormal with `average` a and `median_ratio` r has sigma = sqrt(2 ln(1/r))
 * and mu = ln(a r), so that its mean exp(mu + sigma^2 / 2) is a.
 * @param source a stream of our own; or numpy's state, which goes on from one distribution to the next
 */
export function drawCounts(
  d: CountDistribution,
  source: Rng | RandomState,
  drawing: Drawing,
): number[] {
  const { count, min, isCompat } = drawing;
  const draw = source instanceof RandomState ? numpySampler(d, source) : sampler(d, source);
  const draws = Array.from({ length: count }, draw);
  const scale = isCompat && d.name === 'average' ? d.average / mean(draws)! : 1;
  const max = ('max' in d && d.max) || Infinity;
  const isRounded = !isCompat || d.name === 'average' || d.name === 'lognormal';
  const whole = isRounded ? Math.round : Math.trunc;
  return draws.map((value) => Math.max(min, whole(Math.min(max, value * scale))));
}

function sampler(d: CountDistribution, rng: Rng): () => number {
  switch (d.name) {
    case 'constant':
      return () => d.value;
    case 'uniform': {
      const { min, max } = d;
      return isWhole(d) ? () => min + below(rng, max - min + 1) : () => min + (max - min) * rng();
    }
    case 'average':
      return randomLogNormal.source(rng)(...normalOf(d));
    case 'lognormal':
      return randomLogNormal.source(rng)(d.mu, d.sigma);
    case 'zipf':
      return () => zipf(rng, d.alpha);
    case 'poisson':
      return d.alpha === 0 ? () => 0 : randomPoisson.source(rng)(d.alpha);
  }
}

/** The draws of numpy.random with the parameters that bench_dataset.py gives it. */
function numpySampler(d: CountDistribution, state: RandomState): () => number {
  switch (d.name) {
    case 'constant':
      return () => d.value;
    case 'uniform': {
      const { min, max } = d;
      return isWhole(d) ? () => state.between(min, max) : () => min + (max - min) * state.uniform();
    }
    case 'average':
      return () => state.lognormal(...normalOf(d));
    case 'lognormal':
      return () => state.lognormal(d.mu, d.sigma);
    case 'zipf':
      return () => zipf(state.uniform, d.alpha);
    case 'poisson':
      return () => numpyPoisson(state, d.alpha);
  }
}

function isWhole({ min, max }: { readonly min: number; readonly max: number }): boolean {
  return Number.isInteger(min) && Number.isInteger(max);
}

/** Mean and standard deviation of the logarithm. */
function normalOf(d: { readonly average: number; readonly ratio: number }): [number, number] {
  return [Math.log(d.average * d.ratio), Math.sqrt(2 * Math.log(1 / d.ratio))];
}
