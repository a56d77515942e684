import { sampledOf } from '../../src/stats/quantile.ts';
import { columnOf, queueSeries } from './series.ts';

/**
 * How often the 95 % intervals of a queue's times in system hold the truth, and how often there are any. With
 * a number of runs, the whole table: `node --experimental-strip-types test/stats/coverage.ts 1000` (minutes).
 */
export function coverageOf({ count, rho, runs }: { count: number; rho: number; runs: number }) {
  const found = Object.fromEntries(
    ['mean', 'p50', 'p90', 'p95', 'p99'].map((name) => [name, { shown: 0, held: 0 }]),
  ) as Record<keyof typeof SHARES | 'mean', { shown: number; held: number }>;
  for (let run = 0; run < runs; run++) {
    const { values, mean, quantile } = queueSeries(count, rho, run);
    const { interval95 } = sampledOf(columnOf(values))!.certainty!;
    for (const [name, tally] of Object.entries(found)) {
      const interval = interval95[name as 'mean' | keyof typeof SHARES];
      if (!interval) continue;
      const truth = name === 'mean' ? mean : quantile(SHARES[name as keyof typeof SHARES]);
      tally.shown++;
      if (interval[0] <= truth && truth <= interval[1]) tally.held++;
    }
  }
  return found;
}

const SHARES = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 };

function printTable(runs: number): void {
  console.log('Held / shown, of every 100 runs');
  for (const rho of [0, 0.5, 0.8, 0.9]) {
    for (const count of [500, 1000, 2000, 5000, 10_000]) {
      const cells = Object.entries(coverageOf({ count, rho, runs })).map(
        ([name, { held, shown }]) =>
          `${name} ${shown ? ((100 * held) / shown).toFixed(0) : '-'}/${((100 * shown) / runs).toFixed(0)}`,
      );
      console.log(`rho ${rho}, ${count} requests: ${cells.join('  ')}`);
    }
  }
}

if (process.argv[1] === import.meta.filename) printTable(Number(process.argv[2] ?? 100));
