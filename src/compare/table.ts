import { measure, percent } from '../report/number.ts';
import type { Section, Table, TableRow } from '../report/section.ts';
import { METRICS, type MetricName } from '../stats/metrics.ts';
import type { Side } from './compared-run.ts';
import type { Compared } from './comparison.ts';
import type { Difference } from './difference.ts';
import type { JudgedRow } from './judge.ts';
import { labelOf, type Measure, unitOf } from './measure-name.ts';

/** By how much a number changed, in the unit in which it is told. */
interface Change {
  readonly change: number;
  readonly low: number;
  readonly high: number;
  readonly unit: string;
}

/** Of A in percent; of a share, and of 0, the difference as it is. */
export function changeOf(measure: Measure, { ratio, difference, interval95 }: Difference): Change {
  const [low, high] = interval95;
  const unit = unitOf(measure);
  if (unit === 'share') {
    return { change: 100 * difference, low: 100 * low, high: 100 * high, unit: 'points' };
  }
  if (!ratio) return { change: difference, low, high, unit };
  const of = (value: number) => 100 * (value - 1);
  return {
    change: of(ratio.value),
    // Not even that B has anything of it is known.
    low: ratio.interval95[0] > 0 ? of(ratio.interval95[0]) : -Infinity,
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

/** The numbers of a side beside those of the baseline; what is exactly alike in one line below. */
export function tableSection({ name: a }: Side, { side: { name: b }, rows }: Compared): Section {
  const metrics = new Map<MetricName, JudgedRow[]>();
  for (const row of rows) {
    if (!('metric' in row.measure)) continue;
    const { metric } = row.measure;
    metrics.set(metric, [...(metrics.get(metric) ?? []), row]);
  }
  const alike = [...metrics].filter(([, ofMetric]) => ofMetric.every(isAlike));
  for (const [metric] of alike) metrics.delete(metric);
  const totals = rows.filter((row) => 'total' in row.measure && !isAlike(row));
  const same = [
    ...alike.map(([metric]) => METRICS[metric].label),
    ...rows
      .filter((row) => 'total' in row.measure && isAlike(row))
      .map(({ measure }) => labelOf(measure)),
  ];
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
        headRow(METRICS[metric].label),
        ...ofMetric.map((row) => tableRow(row, b, statisticOf(row.measure))),
      ]),
      ...(totals.length ? [headRow('the whole run')] : []),
      ...totals.map((row) => tableRow(row, b, totalLabel(row.measure))),
    ],
  };
  return {
    title: `${b} beside ${a}`,
    ...(table.rows.length && { table }),
    ...(same.length && { notes: [`Exactly the same in ${a} and ${b}: ${same.join(', ')}.`] }),
  };
}

/** To the last bit, as of the same requests, or of a run beside itself. */
function isAlike({ difference }: JudgedRow): boolean {
  return difference?.difference === 0 && difference.doubt.variance === 0;
}

function headRow(label: string): TableRow {
  return { cells: [label, '', '', '', '', ''] };
}

function statisticOf(measure: Measure): string {
  return 'metric' in measure ? measure.statistic : '';
}

function totalLabel(measure: Measure): string {
  const unit = unitOf(measure);
  return unit === 'share' || unit === 'requests' ? labelOf(measure) : `${labelOf(measure)} ${unit}`;
}

function tableRow(row: JudgedRow, b: string, label: string): TableRow {
  const { measure: of, a: valueA, b: valueB, difference, finding, because } = row;
  const value = unitOf(of) === 'share' ? percent : measure;
  const verdict = FINDINGS[finding](b);
  const cells = [label, value(valueA), value(valueB)];
  if (!difference) {
    const change =
      valueA && valueB !== undefined ? `${signed(100 * (valueB / valueA - 1))} %` : '-';
    return { cells: [...cells, change, because ?? '-', verdict], level: 1 };
  }
  const { change, low, high, unit } = changeOf(of, difference);
  const symbol = unit === '%' ? ' %' : unit === 'points' ? ' pp' : '';
  const interval = because ?? intervalText(low, high);
  return { cells: [...cells, `${signed(change)}${symbol}`, interval, verdict], level: 1 };
}

function intervalText(low: number, high: number): string {
  const [hasLow, hasHigh] = [low, high].map(Number.isFinite);
  if (hasLow && hasHigh) return `${signed(low)}, ${signed(high)}`;
  if (hasLow) return `> ${signed(low)}`;
  return hasHigh ? `< ${signed(high)}` : 'any';
}

/** Three digits are enough of what has an interval, and two decimals of percent. */
const DIGITS = 3;
const DECIMALS_MAX = 2;

export function short(value: number): string {
  if (!Number.isFinite(value)) return 'any';
  const text = measure(value, DIGITS);
  const decimals = text.split('.')[1]?.length ?? 0;
  return decimals > DECIMALS_MAX ? value.toFixed(DECIMALS_MAX) : text;
}

function signed(value: number): string {
  const text = short(value);
  return Number(text) > 0 ? `+${text}` : text;
}
