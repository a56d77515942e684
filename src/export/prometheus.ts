import type { RunSummary } from '../report/run-summary.ts';
import { definitionOf, METRIC_NAMES, METRICS, type MetricName } from '../stats/metrics.ts';
import { STATISTICS } from '../stats/statistics.ts';
import { measuredOf } from '../stats/summary.ts';
import { TOTALS, type TotalPath, totalOf } from '../stats/totals.ts';

/**
 * The run in Prometheus' text format 0.0.4, for node_exporter's textfile collector: base units end the names, a
 * metric's distribution is a summary with its exact quantiles. What is unknown has no sample. No sample has a time,
 * which the collector would refuse.
 */
export function prometheusText(summary: RunSummary): string {
  return familiesOf(summary)
    .filter(({ samples }) => samples.length > 0)
    .map(familyText)
    .join('');
}

interface Family {
  readonly name: string;
  readonly type: 'gauge' | 'summary';
  readonly help: string;
  readonly samples: readonly Sample[];
}

interface Sample {
  /** What comes after the family's name. */
  readonly suffix?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

function familiesOf(summary: RunSummary): Family[] {
  const run = { run: summary.run.name };
  return [
    ...headFamilies(summary),
    ...(Object.keys(TOTALS) as TotalPath[]).map((path) => totalFamily(summary, path)),
    ...METRIC_NAMES.map((name) => metricFamily(summary, name)),
    ...thresholdFamilies(summary),
  ].map((family) => ({
    ...family,
    samples: family.samples.map((sample) => ({ ...sample, labels: { ...run, ...sample.labels } })),
  }));
}

function headFamilies({ run, counts, time, client }: RunSummary): Family[] {
  const { completed, failed, cancelled, unsent } = counts;
  const outcomes = Object.entries({ completed, failed, cancelled, unsent });
  const info = {
    confab: run.confab,
    engine: run.engine ?? '',
    model: run.model ?? '',
    seed: String(run.seed ?? ''),
    workload: run.workloadDigest,
  };
  const startedAt = time.parts[0]?.startedAt;
  return [
    gauge('run_info', 'What was run; the value is 1.', { labels: info, value: 1 }),
    gauge(
      'run_start_timestamp_seconds',
      'When the run began, Unix time.',
      ...(startedAt === undefined ? [] : [{ value: Date.parse(startedAt) / 1000 }]),
    ),
    gauge('run_measured_seconds', 'Measured time, drain included.', {
      value: time.measuredMs / 1000,
    }),
    gauge(
      'requests',
      'Planned requests by how they ended.',
      ...outcomes.map(([outcome, value]) => ({ labels: { outcome }, value })),
    ),
    gauge('client_is_bottleneck', '1: the client was part of what was measured.', {
      value: Number(client.isBottleneck),
    }),
  ];
}

/** In Prometheus' base units. */
const UNITS = {
  requests: '',
  'requests/s': '_requests_per_second',
  'conversations/s': '_per_second',
  'tokens/s': '_tokens_per_second',
  share: '_ratio',
  ratio: '',
} as const satisfies Record<(typeof TOTALS)[TotalPath]['unit'], string>;

const NAMES: Readonly<Record<TotalPath, string>> = {
  'counts.planned': 'requests_planned',
  'counts.errorRate': 'request_errors',
  'rates.conversationsPerSec': 'conversations',
  'rates.offeredPerSec': 'offered',
  'rates.achievedPerSec': 'achieved',
  'rates.inputTokensPerSec': 'input',
  'rates.outputTokensPerSec': 'output',
  'goodput.share': 'goodput',
  'goodput.perSec': 'goodput',
  'concurrency.mean': 'requests_in_flight_mean',
  'cache.share': 'prefix_cache_hit',
  'cache.external.share': 'prefix_cache_external_hit',
  idealCachedShare: 'prefix_cache_ideal_hit',
  arrivalGapCv: 'arrival_gap_cv',
};

function totalFamily(summary: RunSummary, path: TotalPath): Family {
  const { unit, says } = TOTALS[path];
  const value = totalOf(summary, path);
  return gauge(
    NAMES[path] + UNITS[unit],
    sentence(says),
    ...(value === undefined ? [] : [{ value }]),
  );
}

const SCALES = {
  ms: { suffix: '_seconds', factor: 1 / 1000 },
  tokens: { suffix: '', factor: 1 },
  turns: { suffix: '', factor: 1 },
} as const;

/** `confab_ttft_seconds{quantile="0.99"}`; quantile 0 is the minimum, 1 the maximum. */
function metricFamily(summary: RunSummary, name: MetricName): Family {
  const { suffix, factor } = SCALES[METRICS[name].unit];
  const measured = measuredOf(summary, name);
  const samples: Sample[] = [];
  for (const [statistic, of] of Object.entries(STATISTICS)) {
    const value = measured?.[statistic as keyof typeof STATISTICS];
    if (!('share' in of) || value === undefined) continue;
    samples.push({ labels: { quantile: String(of.share) }, value: value * factor });
  }
  if (measured) {
    samples.push({ suffix: '_sum', value: measured.mean * measured.count * factor });
    samples.push({ suffix: '_count', value: measured.count });
  }
  return {
    name: `confab_${snake(name.replace(/Ms$/, ''))}${suffix}`,
    type: 'summary',
    help: sentence(definitionOf(name)),
    samples,
  };
}

function thresholdFamilies({ thresholds }: RunSummary): Family[] {
  return [
    ...(['min', 'max'] as const).map((end) =>
      gauge(
        `threshold_${end}`,
        `The ${end === 'min' ? 'least' : 'most'} that the scenario accepts, in the unit of the report: milliseconds for times.`,
        ...thresholds.flatMap(({ name, [end]: value }) =>
          value === undefined ? [] : [{ labels: { threshold: name }, value }],
        ),
      ),
    ),
    gauge(
      'threshold_is_kept',
      '1: the run kept the threshold; what was not measured is not kept.',
      ...thresholds.map(({ name, isKept }) => ({
        labels: { threshold: name },
        value: Number(isKept),
      })),
    ),
  ];
}

function gauge(name: string, help: string, ...samples: Sample[]): Family {
  return { name: `confab_${name}`, type: 'gauge', help, samples };
}

function familyText({ name, type, help, samples }: Family): string {
  const lines = samples.map(({ suffix = '', labels = {}, value }) => {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${labelText(text)}"`);
    return `${name}${suffix}{${pairs.join(',')}} ${tidy(value)}\n`;
  });
  return [`# HELP ${name} ${helpText(help)}\n`, `# TYPE ${name} ${type}\n`, ...lines].join('');
}

function helpText(text: string): string {
  return text.replaceAll('\\', String.raw`\\`).replaceAll('\n', String.raw`\n`);
}

function labelText(text: string): string {
  return helpText(text).replaceAll('"', String.raw`\"`);
}

/** Nanoseconds are the last that a time has. */
function tidy(value: number): number {
  return Number(value.toFixed(9));
}

function sentence(says: string): string {
  return `${says[0]!.toUpperCase()}${says.slice(1)}.`;
}

function snake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
