import { stream } from '../../../base/random.ts';
import { type Quantiles, stratifiedShares } from '../percentiles.ts';
import { type Factors, type Planned, scaled } from '../planned.ts';
import { poissonArrivals } from '../poisson.ts';

/** What was measured over a stretch of time: requests per second, and how long they were. */
export interface StatSection {
  readonly lengthMs: number;
  readonly perSec: number;
  /** undefined: whatever the prompts have. */
  readonly inputTokens: Quantiles | undefined;
  readonly outputTokens: Quantiles | undefined;
}

export interface StatPlan {
  readonly seed: string | number;
  readonly durationMs: number;
  readonly sections: readonly StatSection[];
  readonly factors: Factors;
}

/** A Poisson process at each section's rate, with its lengths, until the sections or the duration end. */
export function* statPlan({ seed, durationMs, sections, factors }: StatPlan): Generator<Planned> {
  const rng = (purpose: string) => stream(seed, 'workload', purpose);
  const inputShare = sharesOfSections(seed, 'prompt shares');
  const outputShare = sharesOfSections(seed, 'completion shares');
  const steps = sections.map(({ perSec, lengthMs }) => ({
    perSec: perSec * factors.rate,
    lengthMs,
  }));
  for (const { atMs, step } of poissonArrivals(steps, rng('arrivals'))) {
    if (atMs >= durationMs) return;
    const { inputTokens, outputTokens } = sections[step]!;
    yield {
      atMs: Math.floor(atMs),
      inputTokens: inputTokens && scaled(inputTokens(inputShare(step)), factors.input),
      outputTokens: outputTokens && scaled(outputTokens(outputShare(step)), factors.output),
    };
  }
}

/** Strata begin anew with each section: its percentiles are its own. */
function sharesOfSections(seed: string | number, purpose: string): (section: number) => number {
  let current = -1;
  let draw: () => number;
  return (section) => {
    if (section !== current) draw = stratifiedShares(stream(seed, 'workload', purpose, section));
    current = section;
    return draw();
  };
}
