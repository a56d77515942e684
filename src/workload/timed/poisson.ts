import type { Rng } from '../../base/random.ts';

/** Rates that hold for a time each, one after the other. */
export interface RateStep {
  readonly perSec: number;
  readonly lengthMs: number;
}

/** A moment of a Poisson process, and the step in which it lies. */
export interface Arrival {
  readonly atMs: number;
  readonly step: number;
}

/**
 * Times of a Poisson process whose rate changes from step to step, from 0 on. Exact: the rate's integral
 * grows by an exponential variable of mean 1 from one arrival to the next, across steps as well.
 */
export function* poissonArrivals(steps: Iterable<RateStep>, rng: Rng): Generator<Arrival> {
  let startMs = 0;
  let step = 0;
  // What is left to go until the next arrival, in requests.
  let toGo = exponential(rng);
  for (const { perSec, lengthMs } of steps) {
    const perMs = perSec / 1000;
    let usedMs = 0;
    while (perMs > 0 && toGo <= perMs * (lengthMs - usedMs)) {
      usedMs += toGo / perMs;
      // The sum may round up to the very end, which is the next step's.
      if (usedMs >= lengthMs) break;
      yield { atMs: startMs + usedMs, step };
      toGo = exponential(rng);
    }
    toGo = Math.max(0, toGo - perMs * Math.max(0, lengthMs - usedMs));
    startMs += lengthMs;
    step++;
  }
}

function exponential(rng: Rng): number {
  return -Math.log(1 - rng());
}
