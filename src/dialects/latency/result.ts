import { quantile } from '../../stats/exact.ts';

/** Percent, as the script has them. */
const PERCENTILES = [10, 25, 50, 75, 90, 99];

/** The script's JSON: seconds. */
export interface LatencyResult {
  readonly avg_latency: number;
  readonly latencies: readonly number[];
  readonly percentiles: Readonly<Record<string, number>>;
}

/** @param tookMs milliseconds of each iteration, of which there is at least one */
export function latencyResult(tookMs: readonly number[]): LatencyResult {
  const latencies = tookMs.map((ms) => ms / 1000);
  const sorted = Float64Array.from(latencies).sort();
  return {
    avg_latency: latencies.reduce((sum, sec) => sum + sec, 0) / latencies.length,
    latencies,
    percentiles: Object.fromEntries(PERCENTILES.map((p) => [p, quantile(sorted, p / 100)])),
  };
}

/** As the script prints it. */
export function latencyText({ avg_latency, percentiles }: LatencyResult): string {
  return [
    `Avg latency: ${avg_latency} seconds`,
    ...Object.entries(percentiles).map(([p, sec]) => `${p}% percentile latency: ${sec} seconds`),
  ].join('\n');
}
