import { conclusionOf } from '../../src/ab/experiment.ts';
import { type ExperimentSurroundings, runExperiment } from '../../src/ab/run-experiment.ts';
import { roundsOf, type Settings } from '../../src/ab/settings.ts';
import type { Finding } from '../../src/ab/verdict.ts';
import { stream } from '../../src/base/random.ts';
import { certaintyOf } from '../../src/stats/certainty.ts';
import { moments } from '../../src/stats/exact.ts';
import { type NoisyArms, noisyPlayer, queue, SETTINGS } from './noisy-arms.ts';

/** What many experiments came to. */
export interface Outcomes {
  readonly counts: Readonly<Partial<Record<Finding, number>>>;
  /** On average, of both arms. */
  readonly rounds: number;
  readonly requests: number;
}

/** Plays experiments that differ in nothing but chance; each looks at what it has after every round. */
export function experiments(
  count: number,
  arms: Omit<NoisyArms, 'seed'>,
  settings: Settings = SETTINGS,
): Promise<Outcomes> {
  const seedOf = (index: number) => `${arms.noise}-${arms.gain}-${index}`;
  return outcomesOf(count, settings, (index) => noisyPlayer({ ...arms, seed: seedOf(index) }));
}

/** Plays experiments with the player of each. */
export async function outcomesOf(
  count: number,
  settings: Settings,
  playerOf: (index: number) => ExperimentSurroundings['playStep'],
): Promise<Outcomes> {
  const counts: Partial<Record<Finding, number>> = {};
  let rounds = 0;
  let requests = 0;
  for (let index = 0; index < count; index++) {
    const surroundings = { slo: undefined, playStep: playerOf(index) };
    const played = await runExperiment(settings, [], surroundings);
    const { finding, requests: sent } = conclusionOf(settings, played.rounds);
    counts[finding] = (counts[finding] ?? 0) + 1;
    rounds += roundsOf(played.rounds).length / count;
    requests += sent / count;
  }
  return { counts, rounds, requests };
}

/** Quantiles of the normal distribution at 97.5 % and 90 %: 5 % either way, and a power of 90 %. */
const Z_ALPHA = 1.959964;
const Z_POWER = 1.281552;

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
