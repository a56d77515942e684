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
import { hanging } from './wrap.ts';

const WIDTH = 80;

const THRESHOLDS = `A scenario may limit any statistic of any metric. A limit that is exceeded, or
that nothing was measured for, makes the exit code 1:
  thresholds: { maxErrorRate: 0.01, ttftMs: { p95: 500 }, iclMs: { max: 900 } }`;

/** The catalogue as text: what each metric is, over what, whose definition, and its name in files. */
export function metricsHelp(): string {
  return [
    'The metrics of a report (and their names in summary.json and thresholds).',
    block('Words', Object.entries(TERMS).map(termText)),
    ...Object.entries(GROUPS).map(([group, title]) =>
      block(
        title,
        METRICS_AS_PRINTED.filter((name) => METRICS[name].group === group).map(metricText),
      ),
    ),
    block('Of a whole run: one number each', Object.entries(TOTALS).map(totalText)),
    block(
      'Statistics of a metric: exact, percentiles interpolated linearly',
      Object.entries(STATISTICS).map(statisticText),
    ),
    THRESHOLDS,
  ].join('\n\n');
}

function metricText(name: MetricName): string {
  const { over, source, shown }: Metric = METRICS[name];
  const when = shown === 'always' ? '' : `; shown ${SHOWN[shown]}`;
  return [
    `  ${headingOf(name)} (${name}), of ${POPULATIONS[over].says}`,
    detail(`${definitionOf(name)}${when}`),
    detail(`Source: ${source}`),
  ].join('\n');
}

function termText([term, { says, note }]: [string, (typeof TERMS)[keyof typeof TERMS]]): string {
  return hanging(`  ${term.padEnd(9)}`, `${says}; ${note}`, WIDTH);
}

function totalText([path, { label, unit, says }]: [string, (typeof TOTALS)[keyof typeof TOTALS]]) {
  return `  ${label}, ${unit} (${path})\n${detail(says)}`;
}

function statisticText([name, { says, countMin }]: [
  string,
  (typeof STATISTICS)[keyof typeof STATISTICS],
]): string {
  return hanging(
    `  ${name.padEnd(9)}`,
    countMin > 2 ? `${says}; from ${countMin} values on` : says,
    WIDTH,
  );
}

function detail(text: string): string {
  return hanging('      ', text, WIDTH);
}

function block(title: string, entries: readonly string[]): string {
  return [title, ...entries].join('\n');
}
