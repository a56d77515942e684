import { UsageError } from '../base/errors.ts';
import type { Scenario } from '../scenario/schema.ts';
import { meanOf } from '../workload/draw/distribution.ts';

/** How the turns of a user follow each other. */
export type GapName = 'periodic' | 'random';

/**
 * The scenario with pauses of the same mean, all alike or at random. An LRU cache of periodic users is a cliff, at the
 * size of all of them; of random ones, of exponential gaps, a line (Che et al. 2002): the same mean load, opposite
 * conclusions of what to buy.
 * @throws UsageError where the scenario's pauses are not its own to choose.
 */
export function withGaps(scenario: Scenario, gaps: GapName): Scenario {
  const { pacing } = scenario;
  if (pacing.mode !== 'think' && pacing.mode !== 'interval') {
    throw new UsageError(
      `pacing.mode: found ${pacing.mode}, whose pauses come from the data; expected think or interval, so that they can be periodic, and random`,
    );
  }
  const mean = meanOf(pacing.pauseSec);
  if (mean === undefined || mean === 0) {
    throw new UsageError(
      `pacing.pauseSec: found ${JSON.stringify(pacing.pauseSec)}; expected pauses with a mean above 0, so that they can be periodic, and random`,
    );
  }
  const pauseSec = gaps === 'periodic' ? mean : { distribution: 'exponential' as const, mean };
  return { ...scenario, pacing: { ...pacing, pauseSec } };
}
