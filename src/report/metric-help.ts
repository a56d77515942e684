import { GROUPS, type Metric, POPULATIONS, SHOWN } from '../stats/metric.ts';
import {
  definitionOf,
  headingOf,
  METRICS,
  METRICS_AS_PRINTED,
  type MetricName,
} from '../stats/metrics.ts';
import { STATISTICS } from '../stats/statistics.ts';
import { TERMS } from '../stats/terms.ts';
import { TOTALS } from '../stats/totals.ts';
import { hanging, PAGE_WIDTH, proseWidth } from './wrap.ts';

const CERTAINTY = `How certain they are (certainty in summary.json): means and percentiles have a
95 % interval, with the correlation of requests in time counted: an average over
all memories that a run may have, weighted by how its slowest cosines vary. It
has no upper end (> in the report, null in JSON) where the requests are worth
too few independent ones to know it. None is given of too few values (tooFew),
however independent: n (1 - p) < 10, or n < 20 for a mean; the 99th percentile
needs 1000. Tables mark both with ~.`;

const STEADY = `Steady state (steadyState in summary.json), beside the whole run: of a closed
loop the longest time with at least 95 % of its conversations under way; of an
open loop from the cut that MSER-5 makes in TTFT from intended until no more
conversations came. Its metrics are of the requests that fell due in it, its
rates of those that were completed in it. What a run is to play unmeasured
first, without a pause between: warmup.durationSec.
Where a closed loop has no such warm-up, the burst that it begins with is left
out of the times in its tables, and they are said with it too:
population.arrivals.startUp.`;

const THRESHOLDS = `A scenario may limit any statistic of any metric, and any number of the whole
run, at its place in summary.json: a number is the most that is accepted, and
{ min: … } the least. What is not kept, or not measured, makes the exit code 1:
  thresholds: { maxErrorRate: 0.01, ttftMs: { p95: 500 }, iclMs: { max: 900 },
                rates: { outputTokensPerSec: { min: 2000 } },
                goodput: { share: { min: 0.99 } } }
Goodput counts the requests that keep every limit of the slo, which are on their
own values; failed requests do not. A value that a request has not (the TPOT of
one token) is within any limit:
  slo: { ttftMs: 500, tpotMs: 50, outputTokens: { min: 10 } }`;

/** The catalogue as text: what each metric is, over what, whose definition, and its name in files. */
export function metricsHelp(width = PAGE_WIDTH): string {
  const page = proseWidth(width);
  return [
    'The metrics of a report (and their names in summary.json and thresholds).',
    block(
      'Words',
      Object.entries(TERMS).map((term) => termText(term, page)),
    ),
    ...Object.entries(GROUPS).map(([group, title]) =>
      block(
        title,
        METRICS_AS_PRINTED.filter((name) => METRICS[name].group === group).map((name) =>
          metricText(name, page),
        ),
      ),
    ),
    block(
      'Of a whole run: one number each',
      Object.entries(TOTALS).map((total) => totalText(total, page)),
    ),
    block(
      'Statistics of a metric: exact, percentiles interpolated linearly',
      Object.entries(STATISTICS).map((statistic) => statisticText(statistic, page)),
    ),
    CERTAINTY,
    STEADY,
    THRESHOLDS,
  ].join('\n\n');
}

function metricText(name: MetricName, width: number): string {
  const { over, source, shown }: Metric = METRICS[name];
  const when = shown === 'always' ? '' : `; shown ${SHOWN[shown]}`;
  return [
    `  ${headingOf(name)} (${name}), of ${POPULATIONS[over].says}`,
    detail(`${definitionOf(name)}${when}`, width),
    detail(`Source: ${source}`, width),
  ].join('\n');
}

function termText(
  [term, { says, note }]: [string, (typeof TERMS)[keyof typeof TERMS]],
  width: number,
): string {
  return hanging(`  ${term.padEnd(9)}`, `${says}; ${note}`, width);
}

function totalText(
  [path, { label, unit, says }]: [string, (typeof TOTALS)[keyof typeof TOTALS]],
  width: number,
): string {
  return `  ${label}, ${unit} (${path})\n${detail(says, width)}`;
}

function statisticText(
  [name, { says, countMin }]: [string, (typeof STATISTICS)[keyof typeof STATISTICS]],
  width: number,
): string {
  return hanging(
    `  ${name.padEnd(9)}`,
    countMin > 2 ? `${says}; from ${countMin} values on` : says,
    width,
  );
}

function detail(text: string, width: number): string {
  return hanging('      ', text, width);
}

function block(title: string, entries: readonly string[]): string {
  return [title, ...entries].join('\n');
}
