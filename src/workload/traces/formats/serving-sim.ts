import { isCount, isObject } from '../../../base/json.ts';
import { fieldsAtHead, headOf } from '../../files/head.ts';
import { rawItems, rawMembers } from '../../files/raw-json.ts';
import type { Piece, TraceEntry, TraceFormat } from '../format.ts';
import { type FileRecord, isTime, rawValues, recordsIn, wrongField } from '../records.ts';
import { traceFiles } from '../trace-files.ts';
import { type Moment, momentOfCount, msBetween } from '../wall-clock.ts';

/**
 * What LLMServingSim plays and records: a request a line, of a time in nanoseconds, or in seconds where an
 * engine was watched; or a session with its calls, each of which has all of its input, and the time that its
 * tools took.
 */
export const servingSim: TraceFormat = {
  name: 'serving-sim',
  says: 'JSON lines of arrival_time_ns or arrival_time (s), input_toks and output_toks, or sub_requests with them',
  context: 'cumulative',
  piece: pieces,
  async facts(file) {
    return {
      timeUnit: fieldsAtHead(headOf(traceFiles(file)[0])).has('arrival_time_ns') ? 'ns' : 's',
    };
  },
  sniff(head) {
    const fields = fieldsAtHead(head);
    const isTimed = fields.has('arrival_time_ns') || fields.has('arrival_time');
    return isTimed && (fields.has('input_toks') || fields.has('sub_requests'));
  },
  read: readServingSim,
};

/** The calls of a session are as late as its first: they are kept or left out together. */
async function* pieces(file: string): AsyncGenerator<Piece> {
  for await (const text of rawValues(file)) {
    const calls = rawMembers(text).find(([name]) => name === '"sub_requests"')?.[1];
    const count = calls === undefined ? 1 : rawItems(calls).length;
    for (let i = 0; i < count; i++) yield { text: i === 0 ? text : '' };
  }
}

const NS_PER_SEC = 1e9;
const NS_PER_MS = 1e6;

async function* readServingSim(file: string): AsyncGenerator<TraceEntry> {
  let first: Moment | undefined;
  for await (const row of recordsIn(file, 'requests')) {
    const moment = arrivalIn(row);
    first ??= moment;
    const atMs = msBetween(first, moment);
    const { sub_requests: calls } = row.value;
    if (calls === undefined) yield { atMs, ...tokensIn(row), ...watchedIn(row) };
    else yield* sessionIn(row, calls, atMs);
  }
}

function arrivalIn(row: FileRecord): Moment {
  const { arrival_time_ns: ns, arrival_time: sec } = row.value;
  if (isTime(ns)) return momentOfCount(ns, NS_PER_SEC);
  if (ns === undefined && isTime(sec)) return momentOfCount(sec, 1);
  const name = ns === undefined && sec !== undefined ? 'arrival_time' : 'arrival_time_ns';
  throw wrongField(row, name, row.value[name], 'a time >= 0');
}

function tokensIn(row: FileRecord): { inputTokens: number; outputTokens: number } {
  const { input_toks: inputTokens, output_toks: outputTokens } = row.value;
  if (!isCount(inputTokens)) throw wrongField(row, 'input_toks', inputTokens, 'tokens >= 0');
  if (!isCount(outputTokens)) throw wrongField(row, 'output_toks', outputTokens, 'tokens >= 0');
  return { inputTokens, outputTokens };
}

/** How long an engine that was watched took, from its queue to the last token, and to the first. */
function watchedIn({ value }: FileRecord): { apiMs?: number; ttftMs?: number } {
  const { queued_ts: queuedSec, first_token_ts: firstSec, last_token_ts: lastSec } = value;
  const since = (sec: unknown): number | undefined =>
    isTime(queuedSec) && isTime(sec) && sec >= queuedSec ? (sec - queuedSec) * 1000 : undefined;
  const [apiMs, ttftMs] = [since(lastSec), since(firstSec)];
  return { ...(apiMs !== undefined && { apiMs }), ...(ttftMs !== undefined && { ttftMs }) };
}

/** Only the first has a time; every other comes after the tools of the one before. */
function* sessionIn(row: FileRecord, calls: unknown, atMs: number): Generator<TraceEntry> {
  const { session_id: id } = row.value;
  if (!Array.isArray(calls)) throw wrongField(row, 'sub_requests', calls, 'a list');
  if (typeof id !== 'string' && !isCount(id)) {
    throw wrongField(row, 'session_id', id, 'a text or a whole number');
  }
  let thinkMs: number | undefined;
  for (const [turn, call] of calls.entries()) {
    if (!isObject(call)) throw wrongField(row, `sub_requests[${turn}]`, call, 'an object');
    const at = { where: `${row.where}: sub_requests[${turn}]`, value: call };
    const asked = { session: String(id), turn, isCumulative: true, ...tokensIn(at) };
    yield {
      ...asked,
      ...(turn === 0 && { atMs }),
      ...(thinkMs !== undefined && { thinkMs }),
    };
    const { tool_duration_ns: toolNs } = call;
    if (toolNs != null && !isTime(toolNs)) {
      throw wrongField(at, 'tool_duration_ns', toolNs, 'nanoseconds >= 0');
    }
    thinkMs = isTime(toolNs) ? toolNs / NS_PER_MS : undefined;
  }
}
