import type { Interval95 } from '../stats/intervals/certainty.ts';
import { type Metric, POPULATIONS, type SHOWN } from '../stats/metric.ts';
import { headingOf, METRICS, METRICS_AS_PRINTED, type MetricName } from '../stats/metrics.ts';
import { STATISTICS, type StatisticName } from '../stats/statistics.ts';
import { measuredOf } from '../stats/summary.ts';
import { TERMS } from '../stats/terms.ts';
import { measure, range } from './number.ts';
import type { RunSummary } from './run-summary.ts';
import type { Section, Term } from './section.ts';
import { type DistributionRow, distributionTable } from './table.ts';

/** Whether a metric has a row, by its `shown`. */
const HAS_ROW = {
  always: () => true,
  ifTold: (summary, name) => measuredOf(summary, name) !== undefined,
  ifReasoning: ({ hasReasoning }) => hasReasoning,
} satisfies Record<keyof typeof SHOWN, (summary: RunSummary, name: MetricName) => boolean>;

/** The distributions of all metrics that this run has something to say about, and what they mean. */
export function perRequestSection(summary: RunSummary): Section {
  return {
    title: 'Per request',
    table: distributionTable(perRequestRows(summary)),
    notes: [
      "Of completed requests, where nothing else is said: failures are counted above. A '-' is unknown.",
      "Percentiles are exact, interpolated linearly; std is the sample's. ~: of too few values to bound it, see below.",
      ...startUpNotes(summary),
    ],
    terms: [
      ...Object.entries(TERMS).map(([term, { says }]): Term => ({ term, says })),
      ...shownMetrics(summary).map((name) => ({
        term: METRICS[name].label,
        says: saysOf(METRICS[name]),
      })),
    ],
  };
}

/** What the table leaves out, and what it comes to. */
function startUpNotes({ startUp }: RunSummary): string[] {
  if (!startUp) return [];
  const { requests, whole } = startUp;
  const { ttftMs, latencyMs } = whole;
  const withIt = Object.entries({ TTFT: ttftMs, latency: latencyMs })
    .flatMap(([label, values]) =>
      values ? [`${label} mean ${measure(values.mean)}, p99 ${measure(values.p99)} ms`] : [],
    )
    .join('; ');
  return [
    `Times of the engine leave out the burst that this closed loop began with: ${requests} requests, due before as many had ended as conversations began at once. With it: ${withIt}. (population.arrivals.startUp)`,
  ];
}

export function perRequestRows(summary: RunSummary): DistributionRow[] {
  return shownMetrics(summary).map((name) => ({
    label: headingOf(name),
    values: measuredOf(summary, name),
    isCount: METRICS[name].unit !== 'ms',
  }));
}

/** Where the true values are. What the client and the workload decide is left out. */
export function certaintySections(summary: RunSummary): Section[] {
  const rows = shownMetrics(summary).flatMap((name) => {
    const values = measuredOf(summary, name);
    const { unit, group }: Metric = METRICS[name];
    if (!values?.certainty || unit !== 'ms' || group === 'client') return [];
    if (values.min === values.max) return [];
    const { interval95 } = values.certainty;
    const cells = CERTAIN.map((statistic) => {
      const interval = interval95[statistic];
      return interval ? intervalText(interval) : 'too few';
    });
    return [{ cells: [headingOf(name), ...cells] }];
  });
  if (rows.length === 0) return [];
  const columns = [{ title: '' }, ...CERTAIN.map((name) => ({ title: STATISTICS[name].label }))];
  return [{ title: 'How certain: 95 % intervals', table: { columns, rows }, notes: [CERTAINTY] }];
}

const CERTAIN = ['mean', 'p50', 'p95', 'p99'] as const satisfies readonly StatisticName[];

/** Times are never below 0. */
function intervalText([low, high]: Interval95): string {
  const from = Math.max(0, low);
  return high === Infinity ? `> ${measure(from)}` : range([from, high]);
}

const CERTAINTY = `A request tells little that is new if those before it were like it: intervals count that
  in, and where the requests are worth so few independent ones that nothing is known of an upper end, they have
  none (>). Too few: n (1 - p) < 10, or n < 20 for a mean.`;

function saysOf({ says, over }: Metric): string {
  return over === 'sent' ? `${says}; of ${POPULATIONS[over].says}` : says;
}

function shownMetrics(summary: RunSummary): MetricName[] {
  return METRICS_AS_PRINTED.filter((name) => HAS_ROW[METRICS[name].shown](summary, name));
}
