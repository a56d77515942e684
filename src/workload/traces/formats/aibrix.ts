import { isCount, isObject, parsedJsonOrNaN } from '../../../base/json.ts';
import { fieldsAtHead } from '../../files/head.ts';
import { rawItems, rawMembers } from '../../files/raw-json.ts';
import { Message } from '../../message.ts';
import type { Piece, ReadOptions, TraceEntry, TraceFormat } from '../format.ts';
import { pauses } from '../pauses.ts';
import {
  type Fields,
  type FileRecord,
  firstOf,
  isTime,
  rawValues,
  recordsIn,
  wrongField,
} from '../records.ts';
import { TimeUnit } from '../time-unit.ts';

/**
 * The workloads that AIBrix's generator writes and its client plays, as JSON lines or a list: an entry a
 * moment, its requests with the new text of a turn. Those of an agent repeat all that was said before.
 */
export const aibrix: TraceFormat = {
  name: 'aibrix',
  says: 'JSON lines, or a list, of timestamp (ms) and requests, each with a prompt',
  timeUnit: 'ms',
  context: 'delta',
  takesTimeUnit: true,
  isSorted: true,
  piece: pieces,
  sniff: (head) => ['timestamp', 'requests'].every((field) => fieldsAtHead(head).has(field)),
  read: readAibrix,
};

/** In today's keys, and in those of the samples that AIBrix ships. */
const INPUT = ['prompt_length', 'Prompt Length'];
const OUTPUT = ['output_length', 'Output Length'];

async function* readAibrix(file: string, options: ReadOptions): AsyncGenerator<TraceEntry> {
  // A load that was made may be of any rate: its times are not doubted.
  const unit = new TimeUnit(file, 'timestamp', 'ms', options);
  const thinkMsOf = pauses();
  for await (const entry of recordsIn(file, 'entries of a workload', parsedJsonOrNaN)) {
    const { timestamp, requests } = entry.value;
    if (!isTime(timestamp)) throw wrongField(entry, 'timestamp', timestamp, 'milliseconds >= 0');
    if (!Array.isArray(requests)) throw wrongField(entry, 'requests', requests, 'a list');
    for (const [i, request] of requests.entries()) {
      const at = { where: `${entry.where}: requests[${i}]`, value: request };
      if (!isObject(request)) throw wrongField(entry, `requests[${i}]`, request, 'an object');
      const asked = { atMs: unit.toMs(timestamp), ...askedOf(at), ...saidIn(at) };
      const { session, apiMs } = asked;
      const thinkMs = apiMs === undefined ? undefined : thinkMsOf(session!, asked.atMs, apiMs);
      yield thinkMs === undefined ? asked : { ...asked, thinkMs };
    }
  }
}

/** What comes at the same moment stays an entry each. */
async function* pieces(file: string): AsyncGenerator<Piece> {
  for await (const text of rawValues(file)) {
    const members = rawMembers(text);
    const requests = rawItems(members.find(([name]) => name === REQUESTS)![1]);
    for (const request of requests) {
      const alone = members.map(([name, value]) =>
        name === REQUESTS ? `${name}: [${request}]` : `${name}: ${value}`,
      );
      yield { text: requests.length === 1 ? text : `{${alone.join(', ')}}` };
    }
  }
}

const REQUESTS = '"requests"';

/** What is known of a request beside its time and its text. */
function askedOf(at: FileRecord) {
  const { session_id: session, model, agent } = at.value;
  if (session != null && typeof session !== 'string' && !Number.isInteger(session)) {
    throw wrongField(at, 'session_id', session, 'a text or a whole number');
  }
  const outputTokens = lengthIn(at, OUTPUT);
  return {
    ...(session != null && { session: String(session) }),
    ...(typeof model === 'string' && { model }),
    // AIBrix's client leaves out the limit of what has length 0.
    ...(outputTokens && { outputTokens }),
    ...(isObject(agent) && session != null && agentOf(agent)),
  };
}

const PHASES = ['plan', 'followup'];

/** An agent's own: what follows a turn's plan is of the same turn. */
function agentOf({ turn, phase, expected_latency_ms: latencyMs }: Fields) {
  const place = PHASES.indexOf(String(phase));
  return {
    isCumulative: true,
    ...(isCount(turn) && place >= 0 && { turn: turn * PHASES.length + place }),
    ...(typeof phase === 'string' && { kind: phase }),
    ...(isTime(latencyMs) && { apiMs: latencyMs }),
  };
}

/** The text, which some workloads have without its length, or the length alone. */
function saidIn(at: FileRecord): { messages: [Message] } | { inputTokens: number } {
  const { prompt } = at.value;
  if (typeof prompt === 'string') return { messages: [new Message('user', prompt)] };
  const inputTokens = prompt == null ? lengthIn(at, INPUT) : undefined;
  if (inputTokens === undefined) throw wrongField(at, 'prompt', prompt, 'a text');
  return { inputTokens };
}

/** Whole, though it may be written as 21.0; undefined: not known. */
function lengthIn(at: FileRecord, names: readonly string[]): number | undefined {
  const [name, length] = firstOf(at.value, names) ?? [];
  if (name === undefined) return undefined;
  if (!isCount(length)) throw wrongField(at, name, length, 'tokens >= 0, or null');
  return length;
}
