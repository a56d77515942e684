import { type Rng, stream } from '../../src/base/random.ts';
import { moments } from '../../src/stats/exact.ts';
import { certaintyOf } from '../../src/stats/intervals/certainty.ts';
import { twoSided } from '../../src/stats/intervals/student.ts';
import { type NoisyArms, normalOf, queue } from './noisy-arms.ts';

/** Quantiles of the normal distribution at 97.5 %, 80 % and 90 %: 5 % either way, and the power. */
const Z_ALPHA = 1.959964;
const Z_OF_POWER = { 0.8: 0.841621, 0.9: 1.281552 } as const;
const Z_POWER = Z_OF_POWER[0.9];

/**
 * Requests of both arms that a fixed-size test of unpaired runs needs to find a gain: planned as text books do,
 * n = 2 (z_alpha + z_power)^2 (s / difference)^2 an arm, with mean, s and the correlation of requests from a pilot.
 */
export function unpairedRequests(gain: number): number {
  const values = Float64Array.from(queue(stream('pilot'), 20_000));
  const { mean, std = 0 } = moments(values);
  const { effectiveCount } = certaintyOf(values, values.toSorted(), { mean, std });
  const independent = 2 * ((Z_ALPHA + Z_POWER) * (std / (gain * mean))) ** 2;
  return 2 * independent * (values.length / effectiveCount);
}

/** Rounds that a fixed-size t test of paired rounds needs: the normal plan and Guenther's z^2 / 2 for t. */
export function pairedRounds(gain: number, roundSigma: number): number {
  return ((Z_ALPHA + Z_POWER) * (roundSigma / -Math.log1p(-gain))) ** 2 + Z_ALPHA ** 2 / 2;
}

type Arms = Pick<NoisyArms, 'requests' | 'runSigma'>;

/** Runs of an arm, in so many of which the spread of runs was seen beforehand. */
const PILOT_RUNS = 2000;

/**
 * Runs of each arm that a fixed-size test needs as it is mostly done: each run has requests of its own, and Welch's t
 * test compares the logarithms of their mean TTFT. n = 2 (z_alpha + z_power)^2 (s / difference)^2 + z_alpha^2 / 4.
 */
export function unpairedRuns(arms: Arms, gain: number, power: keyof typeof Z_OF_POWER): number {
  const rng = stream('pilot runs');
  const means = Float64Array.from({ length: PILOT_RUNS }, () => logMeanOf(arms, 0, rng));
  const { std = 0 } = moments(means);
  const z = Z_ALPHA + Z_OF_POWER[power];
  return Math.ceil(2 * (z * (std / -Math.log1p(-gain))) ** 2 + Z_ALPHA ** 2 / 4);
}

/** In what share of so many experiments with so many runs of each arm such a test finds B to be better. */
export function unpairedPower(arms: Arms, gain: number, runs: number, experiments: number): number {
  let found = 0;
  for (let index = 0; index < experiments; index++) {
    const rng = stream('unpaired', index);
    const [a, b] = [0, gain].map((saved) =>
      moments(Float64Array.from({ length: runs }, () => logMeanOf(arms, saved, rng))),
    ) as [ReturnType<typeof moments>, ReturnType<typeof moments>];
    const [v, w] = [a, b].map(({ std = 0 }) => std ** 2 / runs) as [number, number];
    const degrees = (v + w) ** 2 / ((v ** 2 + w ** 2) / (runs - 1));
    const isSignificant = twoSided((b.mean - a.mean) / Math.sqrt(v + w), degrees) < 0.05;
    if (isSignificant && b.mean < a.mean) found++;
  }
  return found / experiments;
}

/** Of one run, as `noisyPlayer` plays it. */
function logMeanOf({ requests, runSigma }: Arms, saved: number, rng: Rng): number {
  const normal = normalOf(rng);
  const factor = Math.exp(runSigma * normal()) * (1 - saved);
  const times = queue(rng, requests).map((ms) => ms * factor * Math.exp(0.1 * normal()));
  return Math.log(times.reduce((sum, ms) => sum + ms, 0) / requests);
}
