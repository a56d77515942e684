import { durationIn } from '../base/duration.ts';
import { UsageError } from '../base/errors.ts';
import type { JudgedRow } from './judge.ts';
import { type Measure, measureOf, nameOf, unitOf } from './measure-name.ts';

/** A change that is not accepted. */
export interface FailIf {
  /** As it was given. */
  readonly text: string;
  /** Absent: any number that is found to be worse. */
  readonly limit?: Limit;
}

interface Limit {
  readonly measure: Measure;
  readonly isAbove: boolean;
  readonly value: number;
  /** Of the change as a share of A; else of the difference, in the unit of the number. */
  readonly isRelative: boolean;
}

/** Whether it is so: `unsure` where the interval lies on both sides of the limit, or there are too few values. */
export interface FailIfVerdict {
  readonly text: string;
  readonly side: string;
  readonly outcome: 'kept' | 'broken' | 'unsure';
  readonly because: string;
}

const TERM = /^\s*([\w.]+)\s*(>=?|<=?)\s*([+-]?[^<>=\s][^<>=]*?)\s*$/;

/**
 * `ttft.p95 > 5%`: B's is more than 5 % above A's. `latency.p99 > 200ms`, `counts.errorRate > 0.01`: by more than
 * so much. `worse`: whatever the verdicts call worse. Several, apart by commas.
 * @throws UsageError for what is none.
 */
export function failIfsOf(text: string, flag = '--fail-if'): FailIf[] {
  return text.split(',').map((term): FailIf => {
    const shown = term.trim();
    if (shown === 'worse') return { text: shown };
    const [, name, operator, value] = TERM.exec(term) ?? [];
    if (name === undefined || value === undefined) {
      throw new UsageError(
        `${flag}: found '${shown}'; expected a number, > or <, and a change, as in 'ttft.p95 > 5%' or 'latency.p99 > 200ms'; or worse`,
      );
    }
    const measure = measureOf(name, flag);
    const change = {
      measure,
      isAbove: operator!.startsWith('>'),
      ...changeOf(value, measure, flag),
    };
    return { text: shown, limit: change };
  });
}

function changeOf(text: string, measure: Measure, flag: string) {
  const percent = /^([+-]?[\d.]+)\s*%$/.exec(text)?.[1];
  const isTime = unitOf(measure) === 'ms';
  const plain = Number(percent ?? text);
  const isNegative = text.startsWith('-');
  const time = isTime ? durationIn('ms', text.replace(/^[+-]/, '')) : undefined;
  const value = Number.isFinite(plain) ? plain : time && (isNegative ? -time : time);
  if (value === undefined) {
    throw new UsageError(
      `${flag}: ${nameOf(measure)}: found '${text}'; expected percent, as 5%, or a difference in ${isTime ? 'time, as 20ms' : `${unitOf(measure)}, as 0.02`}`,
    );
  }
  const isRelative = percent !== undefined;
  return { value: isRelative ? value / 100 : value, isRelative };
}

/** @param rows of this side, those of the limit among them */
export function failIfVerdict(
  { text, limit }: FailIf,
  side: string,
  rows: readonly JudgedRow[],
): FailIfVerdict {
  const told = { text, side };
  if (!limit) {
    const worse = rows
      .filter(({ finding }) => finding === 'worse')
      .map((row) => nameOf(row.measure));
    return worse.length
      ? { ...told, outcome: 'broken', because: `worse: ${worse.join(', ')}` }
      : { ...told, outcome: 'kept', because: 'nothing is found to be worse' };
  }
  const row = rows.find(({ measure }) => nameOf(measure) === nameOf(limit.measure));
  const { difference, lacks } = row ?? {};
  if (!difference && row?.lacks !== 'no values') {
    // As of thresholds: what was not measured is not kept.
    return { ...told, outcome: 'broken', because: lacks ?? 'nothing measured' };
  }
  if (!difference) return { ...told, outcome: 'unsure', because: 'the file has no single values' };
  const { isRelative, isAbove, value } = limit;
  if (isRelative && !difference.ratio && difference.difference !== 0) {
    return { ...told, outcome: 'unsure', because: 'there is no change in percent of 0' };
  }
  const change = isRelative
    ? (difference.ratio?.interval95.map((ratio) => ratio - 1) ?? [0, 0])
    : difference.interval95;
  const [low, high] = change as [number, number];
  if (!difference.isReliable && low < high) {
    return { ...told, outcome: 'unsure', because: 'too few values' };
  }
  if (isAbove ? low > value : high < value) {
    return { ...told, outcome: 'broken', because: 'all of the 95 % interval is beyond it' };
  }
  const isKept = isAbove ? high <= value : low >= value;
  return isKept
    ? { ...told, outcome: 'kept', because: 'all of the 95 % interval is within it' }
    : { ...told, outcome: 'unsure', because: 'the 95 % interval lies on both sides' };
}
