import { type Rng, stream } from '../../base/random.ts';
import { type Curve, lengthsOf, ratesOf, type Steps, stepsIn } from './curve.ts';
import { type Factors, type Planned, scaled } from './planned.ts';
import { poissonArrivals, type RateStep } from './poisson.ts';

export interface Patterned {
  readonly seed: string | number;
  readonly steps: Steps;
  /** Requests per second. */
  readonly rate: Curve;
  /** Undefined: whatever the prompts have. */
  readonly inputTokens: Curve | undefined;
  readonly outputTokens: Curve | undefined;
  readonly factors: Factors;
}

/** A Poisson process whose rate, and whose lengths, are those of the step in which a request comes. */
export function* patterned(options: Patterned): Generator<Planned> {
  const { seed, steps, factors } = options;
  const rng = (purpose: string): Rng => stream(seed, 'workload', purpose);
  const rates = ratesOf(options.rate, steps, rng('rate noise'));
  const lengths = (curve: Curve | undefined, purpose: string) =>
    curve && lengthsOf(curve, steps, rng(purpose));
  const inputs = lengths(options.inputTokens, 'prompt noise');
  const outputs = lengths(options.outputTokens, 'completion noise');
  const arrivals = poissonArrivals(rateSteps(rates, steps, factors.rate), rng('arrivals'));
  for (const { atMs, step } of arrivals) {
    yield {
      atMs: Math.floor(atMs),
      inputTokens: inputs && scaled(inputs[step]!, factors.input),
      outputTokens: outputs && scaled(outputs[step]!, factors.output),
    };
  }
}

/** The last step ends with the duration. */
function* rateSteps(rates: Float64Array, steps: Steps, factor: number): Generator<RateStep> {
  const { durationMs, intervalMs } = steps;
  for (let step = 0; step < stepsIn(steps); step++) {
    const lengthMs = Math.min(intervalMs, durationMs - step * intervalMs);
    yield { perSec: rates[step]! * factor, lengthMs };
  }
}

/** A curve that stands still. */
export function level(mean: number): Curve {
  return { mean, amplitude: 0, noise: 0, periodMs: undefined, isRising: false };
}
