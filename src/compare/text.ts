import { measure, percent } from '../report/number.ts';
import { sectionsText } from '../report/render/text.ts';
import { field, listSections, type Section, type Table, type TableRow } from '../report/section.ts';
import { METRICS, type MetricName } from '../stats/metrics.ts';
import type { ComparedRun, Side } from './compared-run.ts';
import type { Compared, Comparison } from './comparison.ts';
import type { Difference } from './difference.ts';
import type { FailIfVerdict } from './fail-if.ts';
import type { JudgedRow } from './judge.ts';
import { labelOf, type Measure, nameOf, unitOf } from './measure-name.ts';

/** The comparison as text: what was found, of what, then the numbers of each side beside the first. */
export function comparisonText(comparison: Comparison, width?: number): string {
  return sectionsText(comparisonSections(comparison), width);
}

export function comparisonSections(comparison: Comparison): Section[] {
  const { baseline, compared, verdicts } = comparison;
  return [
    { lines: compared.map((one) => headline(baseline, one)) },
    ...compared.flatMap(({ refusals, side }) =>
      listSections(
        `WARNING: ${baseline.name} and ${side.name} should not be compared, and were forced.`,
        refusals,
        { isWarning: true },
      ),
    ),
    {
      title: 'Compared',
      fields: [baseline, ...compared.map(({ side }) => side)].map((side, index) =>
        field(index ? side.name : `${side.name} (baseline)`, ...side.runs.map(runText)),
      ),
      notes: compared.map((one) => methodText(baseline, one)),
    },
    ...failIfSections(verdicts),
    ...compared.map((one) => tableSection(baseline, one)),
    legend(comparison),
  ];
}

function runText({ path, says, records }: ComparedRun): string {
  return `${path}: ${says}, ${records.length || 'no single'} requests`;
}

function methodText(baseline: Side, { side, pairs, leftOut }: Compared): string {
  const names = `${baseline.name} and ${side.name}`;
  const out = Object.entries(leftOut).map(
    ([name, says]) => `${METRICS[name as MetricName].label} is left out: ${says}.`,
  );
  if (!pairs) {
    return [`${names}: not paired, as their requests are not the same ones.`, ...out].join(' ');
  }
  const common = pairs.reduce((sum, { requests }) => sum + requests.pairs, 0);
  const all = pairs.reduce((sum, { requests }) => sum + requests.count, 0);
  const share = common === all ? `all ${all} requests` : `${common} of ${all} requests`;
  return [`${names}: paired by user and turn, ${share} being in both.`, ...out].join(' ');
}

/** The numbers that are told first, and in words. */
const HEADLINES: readonly string[] = [
  'ttftMs.mean',
  'ttftMs.p95',
  'tpotMs.mean',
  'latencyMs.mean',
  'latencyMs.p95',
  'rates.outputTokensPerSec',
  'goodput.share',
  'cache.share',
  'counts.errorRate',
];

function headline({ name: a }: Side, { side: { name: b }, rows }: Compared): string {
  const told = rows.filter(({ measure }) => HEADLINES.includes(nameOf(measure)));
  const of = (finding: JudgedRow['finding']) => told.filter((row) => row.finding === finding);
  const changes = (list: readonly JudgedRow[]) =>
    list.map(
      ({ measure, difference }) => `${labelOf(measure)} ${changeText(measure, difference!)}`,
    );
  const labels = (list: readonly JudgedRow[]) => list.map(({ measure }) => labelOf(measure));
  const parts = [
    ...sentence(`${b} is better than ${a} by`, changes(of('better'))),
    ...sentence(`${b} is worse than ${a} by`, changes(of('worse'))),
    ...sentence('not different:', labels(of('notDifferent'))),
    ...sentence('cannot tell:', labels(of('cannotTell'))),
  ];
  return parts.length ? `${parts.join('; ')}.` : `${a} and ${b} have no number in common.`;
}

function sentence(begin: string, list: readonly string[]): string[] {
  return list.length ? [`${begin} ${list.join(', ')}`] : [];
}

/** `12.3 % (9.1 to 15.2 %)`, without its sign: better and worse say it. */
function changeText(measure: Measure, difference: Difference): string {
  const { change, low, high, unit } = changeOf(measure, difference);
  const ends = [Math.abs(low), Math.abs(high)].sort((a, b) => a - b);
  return `${measureText(Math.abs(change))} ${unit} (${measureText(ends[0]!)} to ${measureText(ends[1]!)})`;
}

interface Change {
  readonly change: number;
  readonly low: number;
  readonly high: number;
  readonly unit: string;
}

/** Of A in percent; of a share, and of 0, the difference as it is. */
function changeOf(measure: Measure, { ratio, difference, interval95 }: Difference): Change {
  const [low, high] = interval95;
  const unit = unitOf(measure);
  if (unit === 'share') {
    return { change: 100 * difference, low: 100 * low, high: 100 * high, unit: 'points' };
  }
  if (!ratio) return { change: difference, low, high, unit };
  const of = (value: number) => 100 * (value - 1);
  return {
    change: of(ratio.value),
    low: of(ratio.interval95[0]),
    high: of(ratio.interval95[1]),
    unit: '%',
  };
}

const FINDINGS: Readonly<Record<JudgedRow['finding'], (b: string) => string>> = {
  better: (b) => `${b} better`,
  worse: (b) => `${b} worse`,
  higher: (b) => `${b} higher`,
  lower: (b) => `${b} lower`,
  notDifferent: () => 'not different',
  cannotTell: () => 'cannot tell',
};

function tableSection(baseline: Side, { side, rows }: Compared): Section {
  const { name: a } = baseline;
  const { name: b } = side;
  const metrics = new Map<MetricName, JudgedRow[]>();
  for (const row of rows) {
    if (!('metric' in row.measure)) continue;
    const { metric } = row.measure;
    metrics.set(metric, [...(metrics.get(metric) ?? []), row]);
  }
  const totals = rows.filter(({ measure }) => 'total' in measure);
  const table: Table = {
    columns: [
      { title: '' },
      { title: a },
      { title: b },
      { title: 'change' },
      { title: '95 % interval' },
      { title: 'verdict' },
    ],
    rows: [
      ...[...metrics].flatMap(([metric, ofMetric]) => [
        { cells: [headOf(metric), '', '', '', '', ''] },
        ...ofMetric.map((row) => tableRow(row, b, statisticOf(row.measure), 1)),
      ]),
      ...(totals.length ? [{ cells: ['the whole run', '', '', '', '', ''] }] : []),
      ...totals.map((row) => tableRow(row, b, totalLabel(row.measure), 1)),
    ],
  };
  return { title: `${b} beside ${a}`, table };
}

function headOf(metric: MetricName): string {
  const { label, unit } = METRICS[metric];
  return unit === 'ms' ? `${label} ms` : label;
}

function statisticOf(measure: Measure): string {
  return 'metric' in measure ? measure.statistic : '';
}

function totalLabel(measure: Measure): string {
  const unit = unitOf(measure);
  return unit === 'share' || unit === 'requests' ? labelOf(measure) : `${labelOf(measure)} ${unit}`;
}

function tableRow(row: JudgedRow, b: string, label: string, level: number): TableRow {
  const { measure, a: valueA, b: valueB, difference, finding, because } = row;
  const isShare = unitOf(measure) === 'share';
  const value = (of: number | undefined) => (isShare ? percent(of) : measureText(of));
  const cells = [label, value(valueA), value(valueB)];
  if (!difference) return { cells: [...cells, '-', because ?? '-', FINDINGS[finding](b)], level };
  const { change, low, high, unit } = changeOf(measure, difference);
  const sign = (of: number) => (of > 0 ? `+${measureText(of)}` : measureText(of));
  const symbol = unit === '%' ? ' %' : unit === 'points' ? ' pp' : '';
  const interval =
    difference.isReliable || low === high ? `${sign(low)} to ${sign(high)}` : because;
  return { cells: [...cells, `${sign(change)}${symbol}`, interval, FINDINGS[finding](b)], level };
}

/** Three digits are enough of what has an interval. */
function measureText(value: number | undefined): string {
  return measure(value);
}

function failIfSections(verdicts: readonly FailIfVerdict[]): Section[] {
  return listSections(
    'Limits',
    verdicts.map(
      ({ text, side, outcome, because }) => `${side}: ${text}: ${OUTCOMES[outcome]}: ${because}`,
    ),
  );
}

const OUTCOMES = { kept: 'kept', broken: 'FAILED', unsure: 'cannot tell' } as const;

function legend({ margin, tests }: Comparison): Section {
  return {
    notes: [
      `Change: of A in percent; of shares, in points (pp). The interval of each number holds its true change with a
      confidence of 95 %. "Better" and "worse" hold for all ${tests} numbers together: where nothing differs, one of them
      is found in less than 5 % of comparisons (Holm). "Not different": the interval lies within ${measure(100 * margin)} %
      of A, either way. "Cannot tell": neither; more requests, or repeats, would.`,
    ],
  };
}
