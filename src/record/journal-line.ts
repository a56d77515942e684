import { UsageError } from '../base/errors.ts';
import { found } from '../base/json.ts';
import {
  type Field,
  FOOTER_FIELDS,
  HEADER_FIELDS,
  isFilled,
  RECORD_FIELDS,
} from './journal-fields.ts';
import type { RunFooter, RunHeader, TurnRecord } from './record.ts';

type Line = Readonly<Record<string, unknown>>;

/** What is left out of a line, and is no reason to refuse it. */
export type LeftOut = (field: string, detail: string) => void;

/** A kind of line: its fields, what must hold between them, and which of its times follow one another. */
interface LineKind {
  /** Listed once: journals have millions of lines. */
  readonly fields: readonly (readonly [name: string, field: Field])[];
  readonly names: ReadonlySet<string>;
  /** Where they are there at all. */
  readonly inOrder: readonly (readonly string[])[];
  /** What is wrong, if so. */
  contradiction?(line: Line): string | undefined;
}

const HEADER: LineKind = { ...listed(HEADER_FIELDS), inOrder: [] };

const RECORD: LineKind = {
  ...listed(RECORD_FIELDS),
  inOrder: [
    ['sentMs', 'firstTokenMs', 'lastTokenMs', 'endMs'],
    ['firstTokenMs', 'firstOutputMs', 'lastTokenMs'],
  ],
  contradiction(line) {
    const { turn, turns, status, sentMs, endMs } = line as unknown as TurnRecord;
    if (turn >= turns) return `turn: found ${turn}; expected less than turns, which is ${turns}`;
    if (status === 'ok' && (sentMs === undefined || endMs === undefined)) {
      return "sentMs, endMs: missing; expected both where status is 'ok'";
    }
    return undefined;
  },
};

const FOOTER: LineKind = {
  ...listed(FOOTER_FIELDS),
  inOrder: [],
  contradiction(line) {
    const { measureStartMs, drainStartMs, measureEndMs } = line as unknown as RunFooter;
    if (measureStartMs <= drainStartMs && drainStartMs <= measureEndMs) return undefined;
    return `found measureStartMs ${measureStartMs}, drainStartMs ${drainStartMs}, measureEndMs ${measureEndMs}; expected them in this order`;
  },
};

function listed(table: Readonly<Record<string, Field>>): Pick<LineKind, 'fields' | 'names'> {
  return { fields: Object.entries(table), names: new Set(Object.keys(table)) };
}

/** @throws UsageError with every field that cannot be, naming `where`. */
export function asHeader(line: Line, where: string, leftOut: LeftOut): RunHeader {
  return checked(HEADER, line, where, leftOut) as unknown as RunHeader;
}

/** @throws UsageError as above. */
export function asRecord(line: Line, where: string, leftOut: LeftOut): TurnRecord {
  return checked(RECORD, line, where, leftOut) as unknown as TurnRecord;
}

/** @throws UsageError as above. */
export function asFooter(line: Line, where: string, leftOut: LeftOut): RunFooter {
  return checked(FOOTER, line, where, leftOut) as unknown as RunFooter;
}

function checked(kind: LineKind, line: Line, where: string, leftOut: LeftOut): Line {
  const problems: string[] = [];
  let kept = line;
  for (const [name, field] of kind.fields) {
    const value = line[name];
    if (isFilled(field, value)) continue;
    const detail = `${found(value)}; expected ${field.expected}`;
    if (field.isTold) {
      leftOut(name, detail);
      kept = { ...kept, [name]: undefined };
    } else problems.push(`${name}: ${detail}`);
  }
  for (const name in line) {
    if (!kind.names.has(name)) leftOut(name, 'a field that this version does not know');
  }
  const contradiction = problems.length ? undefined : kind.contradiction?.(kept);
  if (contradiction) problems.push(contradiction);
  if (problems.length) throw new UsageError(`${where}: ${firstOf(problems)}`);
  for (const names of kind.inOrder) kept = ordered(kept, names, leftOut);
  return kept;
}

const PROBLEMS_SHOWN = 2;

/** A line of something else lacks them all. */
function firstOf(problems: readonly string[]): string {
  const more = problems.length - PROBLEMS_SHOWN;
  return [...problems.slice(0, PROBLEMS_SHOWN), ...(more > 0 ? [`and ${more} more`] : [])].join(
    '; ',
  );
}

/** Without a time that lies before one that it must follow: a latency is never negative. */
function ordered(line: Line, names: readonly string[], leftOut: LeftOut): Line {
  let kept = line;
  let before: string | undefined;
  for (const name of names) {
    const ms = kept[name] as number | undefined;
    if (ms === undefined) continue;
    const earliestMs = before === undefined ? 0 : (kept[before] as number);
    if (ms >= earliestMs) before = name;
    else {
      leftOut(name, `found ${ms}; expected no less than ${before}, which is ${earliestMs}`);
      kept = { ...kept, [name]: undefined };
    }
  }
  return kept;
}
