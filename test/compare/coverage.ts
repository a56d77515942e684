import { stream } from '../../src/base/random.ts';
import { type Difference, pairedDifference } from '../../src/compare/difference.ts';
import { type Estimate, meanOf, quantileOf } from '../../src/compare/estimate.ts';
import { unpairedRepeats } from '../../src/compare/repeats.ts';
import { isClosed } from '../../src/stats/intervals/certainty.ts';
import { SETTINGS, type Setting } from './settings.ts';

export const STATISTICS = ['mean', 'p50', 'p95', 'p99'] as const;
const SHARES = { p50: 0.5, p95: 0.95, p99: 0.99 };

interface Case {
  readonly setting?: keyof typeof SETTINGS;
  readonly count: number;
  /** Load of A; each service of B takes `serviceB` times as long. */
  readonly rho: number;
  readonly serviceB: number;
  readonly isPaired: boolean;
  readonly runs: number;
}

/** Of so many runs called reliable, how many intervals hold the truth. */
interface Tally {
  readonly name: (typeof STATISTICS)[number];
  shown: number;
  held: number;
  /** Those that do not know exactly by what share B is off. */
  ratios: number;
  ratiosHeld: number;
  /** With an end, or two. */
  ended: number;
  closed: number;
}

/**
 * How often the 95 % intervals of the difference of two queues hold the truth, and how often they are called reliable.
 * Paired: the same arrivals and services, those of B scaled; else queues of their own. With a number of runs, the whole
 * table: `node --experimental-strip-types (from Node 22 on) test/compare/coverage.ts 1000` (minutes); `others` after it:
 * of settings that the method was not made with.
 */
export function coverageOf({ setting = 'M/M/1', count, rho, serviceB, isPaired, runs }: Case) {
  const found = STATISTICS.map(
    (name): Tally => ({ name, shown: 0, held: 0, ratios: 0, ratiosHeld: 0, ended: 0, closed: 0 }),
  );
  const { truthOf, valuesOf }: Setting = SETTINGS[setting];
  const truths = found.map(({ name }) =>
    [1, serviceB].map((scale) => truthOf(rho, scale, name === 'mean' ? name : SHARES[name])),
  ) as [number, number][];
  const identity = Int32Array.from({ length: count }, (_, index) => index);
  const pairing = { placesA: identity, placesB: identity, count };
  for (let run = 0; run < runs; run++) {
    const [a, b] = [1, serviceB].map((scale) => {
      const values = valuesFor(setting, valuesOf, { count, rho, scale, run, isPaired });
      return { values, sorted: values.toSorted() };
    }) as [Sorted, Sorted];
    found.forEach((tally, index) => {
      const [one, other] = [estimateOf(a, tally.name), estimateOf(b, tally.name)];
      const difference: Difference = isPaired
        ? pairedDifference(one, other, pairing)
        : unpairedRepeats([{ estimate: one }], [{ estimate: other }]);
      if (difference.isReliable) count1(tally, difference, truths[index]!);
    });
  }
  return found;
}

function count1(tally: Tally, { interval95, ratio }: Difference, [a, b]: [number, number]): void {
  tally.shown++;
  if (isClosed(interval95)) tally.closed++;
  if (interval95.some(Number.isFinite)) tally.ended++;
  if (holds(interval95, b - a)) tally.held++;
  const [low, high] = ratio!.interval95;
  // Of services that are scaled and never waited for, B is exactly so many times A.
  if (high - low < 1e-9) return;
  tally.ratios++;
  if (holds([low, high], b / a)) tally.ratiosHeld++;
}

/** Those of the first table are from before there were others. */
function valuesFor(
  setting: keyof typeof SETTINGS,
  valuesOf: Setting['valuesOf'],
  one: { count: number; rho: number; scale: number; run: number; isPaired: boolean },
): Float64Array {
  const { count, rho, scale, run, isPaired } = one;
  if (setting !== 'M/M/1') return valuesOf(count, rho, scale, { name: `${run}`, isOwn: !isPaired });
  return timesInSystem(count, rho, scale, isPaired || scale === 1 ? `${run}` : `${run} b`);
}

function holds([low, high]: readonly [number, number], truth: number): boolean {
  // Of what is exactly 0.9 times as much, the last bits are not.
  const last = 1e-9 * Math.abs(truth);
  return low - last <= truth && truth <= high + last;
}

interface Sorted {
  readonly values: Float64Array;
  readonly sorted: Float64Array;
}

export function estimateOf(
  { values, sorted }: Sorted,
  name: (typeof STATISTICS)[number],
): Estimate {
  return name === 'mean' ? meanOf({ values })! : quantileOf({ values }, sorted, SHARES[name])!;
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

/** Cells of which fewer are called reliable say nothing. */
const SHOWN_MIN = 0.05;
/** Where fewer have an end, the runs are too short to compare, and nearly all say so. */
const ENDED_MIN = 0.5;

const LOADS = [0, 0.5, 0.8, 0.9];
const TABLES: Record<string, readonly Omit<Case, 'runs' | 'isPaired'>[]> = {
  made: [500, 1000, 2000, 5000, 10_000].flatMap((count) =>
    LOADS.map((rho) => ({ count, rho, serviceB: 0.9 })),
  ),
  others: [
    ...[0.3, 0.65, 0.85].map((rho) => ({ count: 3000, rho, serviceB: 0.8 })),
    ...[0.3, 0.6].flatMap((rho) =>
      [700, 3000].map((count) => ({ setting: 'M/H2/1' as const, count, rho, serviceB: 0.95 })),
    ),
    ...[0.4, 0.7].flatMap((rho) =>
      [400, 3000].map((count) => ({ setting: 'M/D/1' as const, count, rho, serviceB: 0.9 })),
    ),
    ...[0.3, 0.8, 0.95].map((rho) => ({
      ...{ setting: 'fading' as const, rho, count: 3000, serviceB: 0.9 },
    })),
  ],
};

function printTable(runs: number, table: keyof typeof TABLES): void {
  console.log('Held, and of the ratio / called reliable / with an end, two: of every 100 runs');
  const outside: string[] = [];
  let [shownInAll, heldInAll] = [0, 0];
  for (const cell of TABLES[table]!.flatMap((one) => [
    { ...one, isPaired: false },
    { ...one, isPaired: true },
  ])) {
    const found = coverageOf({ ...cell, runs });
    const { setting = 'M/M/1', count, rho, serviceB, isPaired } = cell;
    const title = `${isPaired ? 'paired' : 'unpaired'} ${setting} ${rho}, B x ${serviceB}, ${count}`;
    console.log(`${title}: ${found.map((one) => cellText(one, runs)).join('  ')}`);
    for (const { name, shown, held, ratios, ratiosHeld, ended } of found) {
      if (shown < SHOWN_MIN * runs) continue;
      shownInAll += shown;
      heldInAll += held;
      if (ended < ENDED_MIN * shown) continue;
      for (const share of [held / shown, ...(ratios ? [ratiosHeld / ratios] : [])]) {
        if (share < 0.85 || share > 0.97) outside.push(`${title} ${name}: ${percent(share)}`);
      }
    }
  }
  console.log(`all: ${percent(heldInAll / shownInAll)} of ${shownInAll}`);
  console.log(`outside of 85 to 97, where half have an end:\n${outside.join('\n')}`);
}

function cellText({ name, shown, held, ratios, ratiosHeld, ended, closed }: Tally, runs: number) {
  if (!shown) return `${name} -`;
  const of = (count: number) => ((100 * count) / shown).toFixed(0);
  const ratio = ratios ? percent(ratiosHeld / ratios) : 'exact';
  const reliable = ((100 * shown) / runs).toFixed(0);
  return `${name} ${percent(held / shown)} ${ratio}/${reliable}/${of(ended)} ${of(closed)}`;
}

function percent(share: number): string {
  return (100 * share).toFixed(1);
}

if (process.argv[1] === import.meta.filename) {
  printTable(Number(process.argv[2] ?? 100), process.argv[3] ?? 'made');
}
