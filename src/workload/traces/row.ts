import { UsageError } from '../../base/errors.ts';
import { found, isCount, isObject, notJson, parsedJsonExact, shown } from '../../base/json.ts';
import type { HashId, ReadOptions } from './format.ts';

type Fields = Readonly<Record<string, unknown>>;

/** An object of a trace, and where it is: what is wrong with it is told with its place. */
export interface Row {
  /** File and line, and in larger values the path: `t.json: line 1: requests[3]`. */
  readonly where: string;
  readonly fields: Fields;
}

/** @throws UsageError if the text is no JSON object; by default whole numbers beyond 2^53 are their digits. */
export function rowOf(
  where: string,
  text: string,
  parse: (text: string) => unknown = parsedJsonExact,
): Row {
  const fields = parse(text);
  if (fields === undefined) throw new UsageError(`${where}: ${notJson(text)}`);
  if (!isObject(fields)) throw new UsageError(`${where}: found ${shown(text)}; expected an object`);
  return { where, fields };
}

/** The error of a field: what was found there, and what is accepted. */
export function wrong({ where, fields }: Row, field: string, expected: string): UsageError {
  return new UsageError(`${where}: ${field}: ${found(fields[field])}; expected ${expected}`);
}

/** Whether there is something: what is null is absent. */
export function has({ fields }: Row, field: string): boolean {
  return fields[field] != null;
}

/** Tells of the fields that are none of these, where somebody wants to know. */
export function tellUnread(
  { fields }: Row,
  read: ReadonlySet<string>,
  { unread }: Pick<ReadOptions, 'unread'>,
): void {
  if (!unread) return;
  for (const [field, value] of Object.entries(fields)) {
    if (value != null && !read.has(field)) unread(field);
  }
}

export function countOf(row: Row, field: string, least = 0, what = 'tokens'): number {
  const value = row.fields[field];
  if (!isCount(value) || value < least) throw wrong(row, field, `${what} >= ${least}`);
  return value;
}

/** Seconds or milliseconds, as they are. */
export function timeOf(row: Row, field: string, unit: string): number {
  const value = row.fields[field];
  if (!isTime(value)) throw wrong(row, field, `${unit} >= 0`);
  return value;
}

export function textOf(row: Row, field: string): string {
  const value = row.fields[field];
  if (typeof value !== 'string') throw wrong(row, field, 'a text');
  return value;
}

/** A name that is a text or a number. */
export function nameOf(row: Row, field: string): string {
  const value = row.fields[field];
  if (typeof value === 'string' && value !== '') return value;
  if (typeof value === 'number') return String(value);
  throw wrong(row, field, 'a text or a number');
}

export function hashIdsOf(row: Row, field = 'hash_ids'): HashId[] {
  const value = row.fields[field];
  if (!Array.isArray(value)) throw wrong(row, field, 'a list of whole numbers');
  for (const [i, id] of value.entries()) {
    if (isCount(id)) continue;
    // Ids of 64 bits come as their digits, because a number would take two of them for one.
    if (typeof id !== 'string' || !/^\d+$/.test(id))
      throw wrong(row, field, 'a list of whole numbers');
    if (Number.isSafeInteger(Number(id))) value[i] = Number(id);
  }
  return value;
}

const MS_PER_SECOND = 1000;
/** Of a millisecond: what binary fractions of a second leave behind is none of the trace's. */
const KEPT_FRACTION = 1e6;

/** Milliseconds of seconds, such that 61.114 s are 61114 ms. */
export function msOf(seconds: number): number {
  return Math.round(seconds * MS_PER_SECOND * KEPT_FRACTION) / KEPT_FRACTION;
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < Infinity;
}
