import { randomExponential } from 'd3-random';
import { type Rng, stream } from '../../base/random.ts';

const MS_PER_SEC = 1000;

/** Arrivals of a Poisson process of this rate, whole milliseconds. */
export function poissonTimes(seed: string | number, count: number, perSec: number): number[] {
  const rng: Rng = stream(seed, 'arrivals');
  const gapSec = randomExponential.source(rng)(perSec);
  let atSec = 0;
  return Array.from({ length: count }, () => {
    atSec += gapSec();
    return Math.floor(atSec * MS_PER_SEC);
  });
}

/** Lines of a workload as AIBrix has it: an entry for every time, with all that is asked then. */
export function* workloadLines(
  timesMs: readonly number[],
  requestOf: (index: number) => object,
): Generator<string> {
  for (let from = 0; from < timesMs.length; ) {
    const timestamp = timesMs[from]!;
    let to = from;
    while (timesMs[to] === timestamp) to++;
    const requests = Array.from({ length: to - from }, (_, i) => requestOf(from + i));
    yield `${JSON.stringify({ timestamp, requests })}\n`;
    from = to;
  }
}
