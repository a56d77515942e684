import { stream } from '../../src/base/random.ts';
import { type Difference, pairedDifference } from '../../src/compare/difference.ts';
import { type Estimate, meanOf, quantileOf } from '../../src/compare/estimate.ts';
import { unpairedRepeats } from '../../src/compare/repeats.ts';
import { isClosed } from '../../src/stats/intervals/certainty.ts';

export const STATISTICS = ['mean', 'p50', 'p95', 'p99'] as const;
const SHARES = { p50: 0.5, p95: 0.95, p99: 0.99 };

interface Case {
  readonly count: number;
  /** Load of A; each service of B takes `serviceB` times as long. */
  readonly rho: number;
  readonly serviceB: number;
  readonly isPaired: boolean;
  readonly runs: number;
}

/**
 * How often the 95 % intervals of the difference of two M/M/1 queues hold the truth, and how often they are
 * called reliable. Paired: the same arrivals and services, those of B scaled; else queues of their own. With a
 * number of runs, the whole table: `node --experimental-strip-types (from Node 22 on) test/compare/coverage.ts 300` (minutes).
 */
export function coverageOf({ count, rho, serviceB, isPaired, runs }: Case) {
  const found = STATISTICS.map((name) => ({ name, shown: 0, held: 0, ratios: 0, closed: 0 }));
  const identity = Int32Array.from({ length: count }, (_, index) => index);
  const pairing = { placesA: identity, placesB: identity, count };
  for (let run = 0; run < runs; run++) {
    const a = timesInSystem(count, rho, 1, `${run}`);
    const b = timesInSystem(count, rho, serviceB, isPaired ? `${run}` : `${run} b`);
    for (const tally of found) {
      const [one, other] = [a, b].map((values) => estimateOf(values, tally.name)) as [
        Estimate,
        Estimate,
      ];
      const difference: Difference = isPaired
        ? pairedDifference(one, other, pairing)
        : unpairedRepeats([{ estimate: one }], [{ estimate: other }]);
      if (!difference.isReliable) continue;
      const [truthA, truthB] = [truthOf(tally.name, rho, 1), truthOf(tally.name, rho, serviceB)];
      tally.shown++;
      if (isClosed(difference.interval95)) tally.closed++;
      if (holds(difference.interval95, truthB - truthA)) tally.held++;
      if (holds(difference.ratio!.interval95, truthB / truthA)) tally.ratios++;
    }
  }
  return found;
}

function holds([low, high]: readonly [number, number], truth: number): boolean {
  // Of what is exactly 0.9 times as much, the last bits are not.
  const last = 1e-9 * Math.abs(truth);
  return low - last <= truth && truth <= high + last;
}

export function estimateOf(values: Float64Array, name: (typeof STATISTICS)[number]): Estimate {
  return name === 'mean'
    ? meanOf({ values })!
    : quantileOf({ values }, values.toSorted(), SHARES[name])!;
}

/** Times in system of an M/M/1 queue in its steady state: arrivals at rate `rho`, services of this mean. */
export function timesInSystem(count: number, rho: number, service: number, seed: string) {
  const random = stream(seed, 'compared queue');
  const exponential = () => -Math.log(1 - random());
  const [isBusy, first] = [random() < rho * service, exponential()];
  let wait = isBusy ? first / (1 / service - rho) : 0;
  return Float64Array.from({ length: count }, () => {
    const inSystem = wait + exponential() * service;
    wait = Math.max(0, inSystem - exponential() / rho);
    return inSystem;
  });
}

/** The time in system is exponential, of mean 1 / (mu - lambda). */
function truthOf(name: (typeof STATISTICS)[number], rho: number, service: number): number {
  const mean = 1 / (1 / service - rho);
  return name === 'mean' ? mean : -Math.log(1 - SHARES[name]) * mean;
}

/** Cells of which fewer are called reliable say nothing. */
const SHOWN_MIN = 0.05;

function printTable(runs: number): void {
  console.log(
    'Held, and of the ratio, of those called reliable / called reliable / with both ends: of every 100 runs',
  );
  const outside: string[] = [];
  let [shownInAll, heldInAll] = [0, 0];
  const cells = [500, 1000, 2000, 5000, 10_000].flatMap((count) =>
    [0, 0.5, 0.8, 0.9].flatMap((rho) => [
      { count, rho, serviceB: 0.9, isPaired: false },
      { count, rho, serviceB: 0.9, isPaired: true },
    ]),
  );
  for (const cell of cells) {
    const found = coverageOf({ ...cell, runs });
    for (const { name, shown, held, ratios } of found) {
      if (shown < SHOWN_MIN * runs) continue;
      for (const share of [held / shown, ratios / shown]) {
        if (share < 0.85 || share > 0.97) {
          outside.push(`${JSON.stringify(cell)} ${name}: ${(100 * share).toFixed(1)}`);
        }
      }
      shownInAll += shown;
      heldInAll += held;
    }
    const { count, rho, serviceB, isPaired } = cell;
    const texts = found.map((one) => cellText(one, runs));
    console.log(
      `${isPaired ? 'paired' : 'unpaired'}, rho ${rho}, B x ${serviceB}, ${count}: ${texts.join('  ')}`,
    );
  }
  console.log(`all: ${((100 * heldInAll) / shownInAll).toFixed(1)} of ${shownInAll}`);
  console.log(`outside of 85 to 97:\n${outside.join('\n')}`);
}

function cellText(
  { name, shown, held, ratios, closed }: ReturnType<typeof coverageOf>[number],
  runs: number,
) {
  const of = (count: number) => (shown ? ((100 * count) / shown).toFixed(0) : '-');
  return `${name} ${of(held)} ${of(ratios)}/${((100 * shown) / runs).toFixed(0)}/${of(closed)}`;
}

if (process.argv[1] === import.meta.filename) printTable(Number(process.argv[2] ?? 100));
