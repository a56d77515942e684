import type { Scenario } from '../scenario/schema.ts';
import { jobOf } from '../sweep/jobs.ts';
import type { JobResult } from '../sweep/play-point.ts';
import { type Lanes, runAll, type Surroundings } from '../sweep/running.ts';

/** Of a run, beside what is limited: what no two runs that differ have in common. */
export const TELLING: readonly string[] = ['ttftMs.mean', 'latencyMs.mean', 'cache.share'];

/**
 * Whether two seeds play the same: then more runs tell no more, and what one of them keeps is kept. Two runs are taken
 * for the same if all that was read of them is.
 */
export async function isSeedless(
  scenario: Scenario,
  dir: string,
  around: Surroundings,
): Promise<boolean> {
  const jobs = [0, 1].map((seed) => {
    const key = `seed-${seed + 1}`;
    const coordinates = [{ name: 'seed', value: seed + 1 }];
    return jobOf({ key, told: `seed ${seed + 1}`, coordinates, scenario, seed, dir });
  });
  const { results } = await runAll(jobs, around);
  const [first, second] = results.map(({ readings }) =>
    JSON.stringify(Object.entries(readings).map(([name, { value }]) => [name, value])),
  );
  return first !== undefined && first === second;
}

/** Lanes of runs that are without chance: a limit is kept or it is not. */
export function factual(lanes: Lanes): Lanes {
  return {
    count: lanes.count,
    play: async (job): Promise<JobResult> => {
      const result = await lanes.play(job);
      const isBeyond = result.exceeded.length > 0 || result.completed === 0;
      return { ...result, estimates: result.estimates.map(() => ({ kind: 'fact', isBeyond })) };
    },
    close: () => lanes.close(),
  };
}
