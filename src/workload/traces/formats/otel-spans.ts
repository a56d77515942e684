import { isObject, parsedJsonExact } from '../../../base/json.ts';
import { type Fields, type FileRecord, firstOf, recordsIn, wrongField } from '../records.ts';
import { type Moment, momentOf, momentOfCount } from '../wall-clock.ts';

/** A span of a trace, in whichever form it was written. */
export interface Span extends FileRecord {
  readonly traceId: string;
  readonly id: string;
  readonly parentId: string | undefined;
  readonly name: string;
  readonly start: Moment;
  /** undefined: it is not over. */
  readonly end: Moment | undefined;
  readonly attributes: Fields;
  readonly hasFailed: boolean;
  /** The object that it stood in, with this span alone. */
  alone(): unknown;
}

/**
 * The spans of a file: of OTLP's JSON (resourceSpans, scopeSpans), of a list in `spans`, as inference-perf has
 * it, or each an object, as OpenTelemetry's exporters to a console or a file print them.
 */
export async function* spansIn(file: string): AsyncGenerator<Span> {
  for await (const record of recordsIn(file, 'spans', parsedJsonExact)) {
    for (const one of spansOf(record)) yield spanOf(one);
  }
}

/** Names in OTLP's JSON, and as Python writes the same. */
const GROUPS = ['resourceSpans', 'resource_spans'];
const SCOPES = ['scopeSpans', 'scope_spans', 'instrumentationLibrarySpans'];

/** An object, and what it stands in with another value in its place. */
interface Nested extends FileRecord {
  around(value: unknown): unknown;
}

function* spansOf(record: FileRecord): Generator<Nested> {
  const whole = { ...record, around: (value: unknown) => value };
  const groups = listIn(whole, GROUPS);
  if (groups) {
    for (const group of groups) {
      for (const scope of listIn(group, SCOPES) ?? []) yield* listIn(scope, ['spans']) ?? [];
    }
  } else yield* listIn(whole, ['spans']) ?? [whole];
}

/** The objects of the first of these lists that is there. */
function listIn(record: Nested, names: readonly string[]): Nested[] | undefined {
  const [name, list] = firstOf(record.value, names) ?? [];
  if (name === undefined) return undefined;
  if (!Array.isArray(list)) throw wrongField(record, name, list, 'a list');
  const around = (value: unknown) => record.around({ ...record.value, [name]: [value] });
  return list.map((value, i) => {
    if (!isObject(value)) throw wrongField(record, `${name}[${i}]`, value, 'an object');
    return { where: `${record.where}: ${name}[${i}]`, value, around };
  });
}

const STARTS = ['startTimeUnixNano', 'start_time_unix_nano', 'start_time', 'startTime'];
const ENDS = ['endTimeUnixNano', 'end_time_unix_nano', 'end_time', 'endTime'];

function spanOf(record: Nested): Span {
  const { value } = record;
  const ids = isObject(value['context']) ? { ...value, ...value['context'] } : value;
  const id = firstOf(ids, ['spanId', 'span_id'])?.[1];
  const traceId = firstOf(ids, ['traceId', 'trace_id'])?.[1];
  if (typeof id !== 'string') throw wrongField(record, 'spanId', id, 'a text');
  if (typeof traceId !== 'string') throw wrongField(record, 'traceId', traceId, 'a text');
  const parentId = firstOf(value, ['parentSpanId', 'parent_span_id', 'parent_id'])?.[1];
  const start = timeIn(record, STARTS);
  if (!start) throw wrongField(record, STARTS[0]!, undefined, 'nanoseconds since 1970');
  return {
    ...record,
    alone: () => record.around(value),
    traceId,
    id,
    parentId: typeof parentId === 'string' && parentId !== '' ? parentId : undefined,
    name: typeof value['name'] === 'string' ? value['name'] : '',
    start,
    end: timeIn(record, ENDS),
    attributes: attributesOf(record),
    hasFailed: isFailure(value['status']),
  };
}

const NS_PER_SEC = 1e9;

/** Nanoseconds since 1970, as their digits or a number, or a date and a time of day. */
function timeIn(record: FileRecord, names: readonly string[]): Moment | undefined {
  const [name, time] = firstOf(record.value, names) ?? [];
  if (name === undefined) return undefined;
  if (/^\d+$/.test(String(time))) return momentOfCount(String(time), NS_PER_SEC);
  const moment = typeof time === 'string' ? momentOf(time) : undefined;
  if (!moment)
    throw wrongField(record, name, time, 'nanoseconds since 1970, or a time in ISO form');
  return moment;
}

function isFailure(status: unknown): boolean {
  if (!isObject(status)) return false;
  const code = firstOf(status, ['code', 'status_code'])?.[1];
  return code === 2 || (typeof code === 'string' && code.endsWith('ERROR'));
}

function attributesOf(record: FileRecord): Fields {
  const { attributes } = record.value;
  if (attributes == null) return {};
  if (isObject(attributes)) return attributes;
  if (Array.isArray(attributes)) return pairs(attributes);
  throw wrongField(record, 'attributes', attributes, 'an object, or a list of key and value');
}

function pairs(list: readonly unknown[]): Fields {
  const known = list.filter(isObject);
  return Object.fromEntries(known.map(({ key, value }) => [String(key), anyValue(value)]));
}

/** OTLP's AnyValue: an object whose one field says what it is. */
function anyValue(value: unknown): unknown {
  if (!isObject(value)) return value;
  const { arrayValue: list, kvlistValue: fields, intValue: int } = value;
  if (isObject(list)) return Array.isArray(list['values']) ? list['values'].map(anyValue) : [];
  if (isObject(fields)) return Array.isArray(fields['values']) ? pairs(fields['values']) : {};
  if (int !== undefined) return Number(int);
  return Object.values(value)[0];
}
