import { type Rng, stream } from '../../base/random.ts';
import type { Scenario } from '../../scenario/schema.ts';

/** The stream that arrivals are drawn from: by itself, so that whoever asks when somebody comes finds the same. */
export function arrivalsStream({ population, seed }: Pick<Scenario, 'population' | 'seed'>): Rng {
  const { arrivals } = population;
  const own = 'seed' in arrivals ? arrivals.seed : undefined;
  return stream(own ?? seed, 'population', 'arrivals');
}
