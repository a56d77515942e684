import { type Rng, stream } from '../base/random.ts';
import type { SettingsOf } from '../scenario/arrivals.ts';
import { type Curve, curveSteps } from '../workload/timed/curve.ts';
import { poissonArrivals, type RateStep } from '../workload/timed/poisson.ts';

/** Of a rate on a curve, without end; the first is at 0. */
export function curveTimes(
  { usersPerSec, swing, periodSec, rising, stepSec }: SettingsOf<'curve'>,
  rng: Rng,
): Generator<number> {
  const curve: Curve = {
    mean: usersPerSec,
    amplitude: swing * usersPerSec,
    noise: 0,
    periodMs: periodSec * 1000,
    isRising: rising,
  };
  return fromZero(curveRates(curve, stepSec * 1000), rng);
}

/** Of rates one after the other; the first is at 0. */
export function rateTimes({ perSec, stepSec }: SettingsOf<'rates'>, rng: Rng): Generator<number> {
  return fromZero(
    perSec.map((rate) => ({ perSec: rate, lengthMs: stepSec * 1000 })),
    rng,
  );
}

function* curveRates(curve: Curve, lengthMs: number): Generator<RateStep> {
  // Without noise nothing is drawn.
  for (const value of curveSteps(curve, lengthMs, stream(0))) {
    yield { perSec: Math.max(0, value), lengthMs };
  }
}

/** With an arrival at the beginning, as every process has one. */
function* fromZero(steps: Iterable<RateStep>, rng: Rng): Generator<number> {
  yield 0;
  for (const { atMs } of poissonArrivals(steps, rng)) yield atMs;
}
