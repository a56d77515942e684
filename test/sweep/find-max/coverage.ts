import { type Found, searchMax } from '../../../src/sweep/find-max/search.ts';
import { byRecursion, exactBound, MU, type PlayAt } from './mm1.ts';

export const SEARCH = {
  start: 1.5,
  min: 0.01,
  max: 100,
  isWhole: false,
  precision: 0.1,
  repeatsMax: 6,
  runsMax: 60,
  isRemembering: false,
};

/** A whole search; each of its runs has draws of its own. */
export function searched(
  playAt: PlayAt,
  name: string,
  more: Partial<typeof SEARCH> = {},
): Found & { readonly runs: number } {
  const search = searchMax({ ...SEARCH, ...more });
  let runs = 0;
  let step = search.next();
  while (!step.done) {
    step = search.next(step.value.map((x) => ({ x, estimates: [playAt(x, `${name}/${runs++}`)] })));
  }
  return { ...step.value, runs };
}

const SETTINGS = [
  { limitSec: 0.5, requests: 2000 },
  { limitSec: 0.5, requests: 1000 },
  { limitSec: 0.5, requests: 4000 },
  { limitSec: 1, requests: 4000 },
  { limitSec: 1, requests: 8000 },
  { limitSec: 0.4, requests: 2000 },
  { limitSec: 0.5, requests: 2000, precision: 0.05 },
  { limitSec: 0.5, requests: 2000, precision: 0.2 },
  { limitSec: 0.5, requests: 2000, repeatsMax: 3 },
];

/**
 * How often the interval of the bound holds the exact one. From Node 22 on, some minutes:
 * `node --experimental-strip-types test/sweep/find-max/coverage.ts 400`.
 */
function printTable(searches: number): void {
  for (const { limitSec, requests, ...more } of SETTINGS) {
    const exact = exactBound(limitSec);
    const found = Array.from({ length: searches }, (_, index) =>
      searched(byRecursion(requests, limitSec), `${index}`, more),
    );
    const held = found.filter(({ bound }) => {
      const [low, high] = bound!.interval95;
      return low <= exact && exact <= high;
    }).length;
    const runs = found.reduce((sum, one) => sum + one.runs, 0) / searches;
    const at = `load ${(exact / MU).toFixed(2)}, ${requests} requests, ${JSON.stringify(more)}`;
    console.log(`${at}: ${((100 * held) / searches).toFixed(2)} %, ${runs.toFixed(1)} runs`);
  }
}

if (process.argv[1] === import.meta.filename) printTable(Number(process.argv[2] ?? 100));
