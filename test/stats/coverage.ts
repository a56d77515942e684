import { isClosed } from '../../src/stats/intervals/certainty.ts';
import { sampledOf } from '../../src/stats/quantile.ts';
import { burstySeries, columnOf, fadingSeries, queueSeries } from './series.ts';

interface Case {
  readonly count: number;
  /** Load, or what a series remembers. */
  readonly rho: number;
  readonly runs: number;
  readonly seriesOf?: typeof queueSeries;
}

/**
 * How often the 95 % intervals of a queue's times in system hold the truth, and how often there are any. With
 * a number of runs, the whole table: `node --experimental-strip-types test/stats/coverage.ts 1000` (minutes).
 */
export function coverageOf({ count, rho, runs, seriesOf = queueSeries }: Case) {
  const found = Object.fromEntries(
    ['mean', 'p50', 'p90', 'p95', 'p99'].map((name) => [name, { shown: 0, held: 0, closed: 0 }]),
  ) as Record<keyof typeof SHARES | 'mean', { shown: number; held: number; closed: number }>;
  for (let run = 0; run < runs; run++) {
    const { values, mean, quantile } = seriesOf(count, rho, run);
    const { interval95 } = sampledOf(columnOf(values))!.certainty!;
    for (const [name, tally] of Object.entries(found)) {
      const interval = interval95[name as 'mean' | keyof typeof SHARES];
      if (!interval) continue;
      const truth = name === 'mean' ? mean : quantile(SHARES[name as keyof typeof SHARES]);
      tally.shown++;
      if (isClosed(interval)) tally.closed++;
      if (interval[0] <= truth && truth <= interval[1]) tally.held++;
    }
  }
  return found;
}

const SHARES = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 };

/** The method was made with the first ones, and is tried on the others. */
const KINDS = [
  {
    name: 'M/M/1',
    seriesOf: queueSeries,
    rhos: [0, 0.5, 0.8, 0.9],
    counts: [500, 1000, 2000, 5000, 10_000],
  },
  {
    name: 'other loads',
    seriesOf: queueSeries,
    rhos: [0.3, 0.65, 0.85],
    counts: [300, 3000, 20_000],
  },
  { name: 'M/H2/1', seriesOf: burstySeries, rhos: [0.3, 0.6, 0.8], counts: [700, 3000, 20_000] },
  { name: 'fading', seriesOf: fadingSeries, rhos: [0.3, 0.8, 0.97], counts: [300, 3000, 20_000] },
];

function printTable(runs: number): void {
  console.log('Held / with an upper end, of every 100 runs');
  for (const { name: kind, seriesOf, rhos, counts } of KINDS) {
    for (const rho of rhos) {
      for (const count of counts) {
        const cells = Object.entries(coverageOf({ count, rho, runs, seriesOf })).map(
          ([name, { held, shown, closed }]) =>
            `${name} ${shown ? `${((100 * held) / shown).toFixed(1)}/${((100 * closed) / shown).toFixed(0)}` : '-'}`,
        );
        console.log(`${kind} ${rho}, ${count} requests: ${cells.join('  ')}`);
      }
    }
  }
}

if (process.argv[1] === import.meta.filename) printTable(Number(process.argv[2] ?? 100));
