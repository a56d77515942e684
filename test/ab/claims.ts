import { conclusionOf } from '../../src/ab/experiment.ts';
import { type ExperimentSurroundings, runExperiment } from '../../src/ab/run-experiment.ts';
import { roundsOf, type Settings } from '../../src/ab/settings.ts';
import type { Finding } from '../../src/ab/verdict.ts';
import { type NoisyArms, noisyPlayer, SETTINGS } from './noisy-arms.ts';

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
