import { type Metric, POPULATIONS, type SHOWN } from '../stats/metric.ts';
import { headingOf, METRICS, METRICS_AS_PRINTED, type MetricName } from '../stats/metrics.ts';
import { measuredOf } from '../stats/summary.ts';
import { TERMS } from '../stats/terms.ts';
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
      "Percentiles are exact, interpolated linearly; std is the sample's.",
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

export function perRequestRows(summary: RunSummary): DistributionRow[] {
  return shownMetrics(summary).map((name) => ({
    label: headingOf(name),
    values: measuredOf(summary, name),
    isCount: METRICS[name].unit !== 'ms',
  }));
}

function saysOf({ says, over }: Metric): string {
  return over === 'sent' ? `${says}; of ${POPULATIONS[over].says}` : says;
}

function shownMetrics(summary: RunSummary): MetricName[] {
  return METRICS_AS_PRINTED.filter((name) => HAS_ROW[METRICS[name].shown](summary, name));
}
