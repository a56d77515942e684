import { measure } from '../../report/number.ts';
import type { RunSummary } from '../../report/run-summary.ts';
import type { OnlineFlags } from './flags.ts';
import { DEFAULT_METRICS, DEFAULT_PERCENTILES } from './pairs.ts';

const LABEL_WIDTH = 40;
const WIDTH = 50;

const HEADINGS = {
  ttft: ['TTFT', 'Time to First Token'],
  tpot: ['TPOT', 'Time per Output Token (excl. 1st token)'],
  itl: ['ITL', 'Inter-token Latency'],
  e2el: ['E2EL', 'End-to-end Latency'],
} as const;

/** The lines that vLLM's scripts print, of the metrics and percentiles that were asked for. */
export function resultText(
  { counts, rates, time, goodput }: RunSummary,
  statistics: Readonly<Record<string, number>>,
  {
    percentileMetrics = DEFAULT_METRICS,
    metricPercentiles = DEFAULT_PERCENTILES,
    schedule,
    goodput: limits,
  }: OnlineFlags,
): string {
  const lines = [
    ruled(' Serving Benchmark Result ', '='),
    line('Scheduling policy:', schedule),
    line('Successful requests:', String(counts.completed)),
    line('Benchmark duration (s):', two(time.measuredMs / 1000)),
    line('Request throughput (req/s):', two(rates.achievedPerSec)),
    ...(limits ? [line('Request goodput (req/s):', two(goodput?.perSec))] : []),
    line('Output token throughput (tok/s):', two(rates.outputTokensPerSec)),
  ];
  for (const name of percentileMetrics) {
    const [short, long] = HEADINGS[name];
    lines.push(ruled(long, '-'));
    const rows = [
      ['Mean', 'mean'],
      ['Median', 'median'],
      ...metricPercentiles.map((p) => [`P${p}`, `p${p}`]),
    ];
    for (const [label, key] of rows) {
      lines.push(line(`${label} ${short} (ms):`, two(statistics[`${key}_${name}_ms`])));
    }
  }
  return [...lines, '='.repeat(WIDTH)].join('\n');
}

function line(label: string, value: string): string {
  return `${label.padEnd(LABEL_WIDTH)} ${value}`;
}

function two(value: number | undefined): string {
  return value === undefined ? measure(value) : value.toFixed(2);
}

function ruled(text: string, mark: string): string {
  const left = Math.floor((WIDTH - text.length) / 2);
  return text.padStart(left + text.length, mark).padEnd(WIDTH, mark);
}
