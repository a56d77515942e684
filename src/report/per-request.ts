import { type Metric, POPULATIONS, type SHOWN } from '../stats/metric.ts';
import { headingOf, METRICS, METRICS_AS_PRINTED, type MetricName } from '../stats/metrics.ts';
import { measuredOf } from '../stats/summary.ts';
import { TERMS } from '../stats/terms.ts';
import type { RunSummary } from './run-summary.ts';
import { type DistributionRow, distributionTable } from './table.ts';
import { hanging } from './wrap.ts';

/** Whether a metric has a row, by its `shown`. */
const HAS_ROW = {
  always: () => true,
  ifTold: (summary, name) => measuredOf(summary, name) !== undefined,
  ifReasoning: ({ hasReasoning }) => hasReasoning,
} satisfies Record<keyof typeof SHOWN, (summary: RunSummary, name: MetricName) => boolean>;

/** The distributions of all metrics that this run has something to say about. */
export function perRequestTable(summary: RunSummary): string {
  return distributionTable(perRequestRows(summary));
}

export function perRequestRows(summary: RunSummary): DistributionRow[] {
  return shownMetrics(summary).map((name) => ({
    label: headingOf(name),
    values: measuredOf(summary, name),
    isCount: METRICS[name].unit !== 'ms',
  }));
}

/** Room beside the table. */
const LEGEND_WIDTH = 110;
/** Two more than the longest label. */
const LABEL_WIDTH = 24;

/** What the rows of the table mean. */
export function perRequestLegend(summary: RunSummary): string {
  return [
    "  Of completed requests, where nothing else is said: failures are counted above. A '-' is unknown.",
    "  Percentiles are exact, interpolated linearly; std is the sample's.",
    ...Object.entries(TERMS).map(([term, { says }]) => legendLine(term, says)),
    ...shownMetrics(summary).map((name) => legendLine(METRICS[name].label, saysOf(METRICS[name]))),
  ].join('\n');
}

function saysOf({ says, over }: Metric): string {
  return over === 'sent' ? `${says}; of ${POPULATIONS[over].says}` : says;
}

function legendLine(label: string, says: string): string {
  return hanging(`  ${label.padEnd(LABEL_WIDTH)}`, says, LEGEND_WIDTH);
}

function shownMetrics(summary: RunSummary): MetricName[] {
  return METRICS_AS_PRINTED.filter((name) => HAS_ROW[METRICS[name].shown](summary, name));
}
