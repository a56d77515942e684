import { UsageError } from '../../../base/errors.ts';
import { parseRecorded } from '../../chats/recorded.ts';
import { fieldsAtHead } from '../../files/head.ts';
import { Message } from '../../message.ts';
import type { ReadOptions, TraceEntry, TraceFormat } from '../format.ts';
import { IdCounts } from '../id-counts.ts';
import { rowPieces } from '../records.ts';
import {
  countOf,
  has,
  hashIdsOf,
  nameOf,
  type Row,
  tellUnread,
  textOf,
  timeOf,
  wrong,
} from '../row.ts';
import { TimeUnit } from '../time-unit.ts';

/**
 * Mooncake's traces, as published with FAST '25 (conversation, toolagent, synthetic), where an id is a hash
 * chained over all blocks before it; and what AIPerf and AISBench made of the format: sessions
 * (`session_id`), pauses (`delay`, ms after the answer before), texts (`text_input`, `input_text`) and
 * messages in the place of counts.
 */
export const mooncake: TraceFormat = {
  name: 'mooncake',
  says: 'JSON lines of timestamp (ms), input_length, output_length and hash_ids',
  timeUnit: 'ms',
  blockTokens: 512,
  rounding: 'ceil',
  context: 'cumulative',
  piece: 'value',
  takesTimeUnit: true,
  isSorted: true,
  sniff(head) {
    const first = fieldsAtHead(head);
    if (first.has('chat_id')) return false;
    const has = (...fields: string[]) => fields.some((field) => first.has(field));
    if (has('input_length')) return has('hash_ids', 'timestamp', 'session_id', 'delay');
    if (has('text_input', 'input_text')) return has('output_length', ...WHEN);
    return has('messages') && has('output_length', 'message_mode') && has(...WHEN);
  },
  read: readMooncake,
};

const WHEN = ['timestamp', 'session_id', 'delay'];
const TEXTS = ['text_input', 'input_text'];
const READ = new Set([
  ...WHEN,
  ...TEXTS,
  'input_length',
  'output_length',
  'hash_ids',
  'messages',
  'message_mode',
  'context_mode',
  'model',
]);

/** A session has the tools that its first row has. */
const READ_FIRST = new Set([...READ, 'tools']);

/** What the rows of a file have in common, as its first ones say. */
interface Habits {
  /** Of those that begin: a trace without times has none, any other has all. */
  hasTimes: boolean | undefined;
  /** Of those that have counts, and are not turns of a session, which may say only what is new. */
  hasIds: boolean | undefined;
  readonly ids: IdCounts;
  readonly unit: TimeUnit;
}

/** In the order of the file. Fields that are not named here are left out. */
async function* readMooncake(file: string, options: ReadOptions): AsyncGenerator<TraceEntry> {
  const habits: Habits = {
    hasTimes: undefined,
    hasIds: undefined,
    ids: new IdCounts(options.blockTokens, 'ceil'),
    unit: new TimeUnit(file, 'timestamp', 'ms', options),
  };
  const begun = new Map<string, number>();
  for await (const rows of rowPieces(file, 'requests')) {
    for (const row of rows) yield entryOf(row, begun, habits, options);
  }
  habits.unit.check();
}

function entryOf(
  row: Row,
  begun: Map<string, number>,
  habits: Habits,
  options: ReadOptions,
): TraceEntry {
  const session = has(row, 'session_id') ? nameOf(row, 'session_id') : undefined;
  const turn = session === undefined ? undefined : (begun.get(session) ?? 0);
  if (session !== undefined) begun.set(session, turn! + 1);
  const time = timeIn(row, !turn, habits);
  const said = saidIn(row, session, habits);
  tellUnread(row, turn ? READ : READ_FIRST, options);
  const outputTokens = has(row, 'output_length') ? countOf(row, 'output_length') : undefined;
  return {
    ...(time !== undefined && { atMs: habits.unit.toMs(time, session, outputTokens) }),
    ...(session !== undefined && { session, turn }),
    ...(has(row, 'delay') && {
      thinkMs: habits.unit.spanMs(timeOf(row, 'delay', 'milliseconds')),
    }),
    ...said,
    ...toolsIn(row, turn),
    ...(outputTokens !== undefined && { outputTokens }),
    ...(has(row, 'model') && { model: textOf(row, 'model') }),
  };
}

/** As it is written. Where the first row has none, no row that begins has one; else all have. */
function timeIn(row: Row, begins: boolean, habits: Habits): number | undefined {
  if (!has(row, 'timestamp') && !(begins && habits.hasTimes)) {
    if (begins) habits.hasTimes = false;
    return undefined;
  }
  const time = timeOf(row, 'timestamp', 'milliseconds');
  if (begins && habits.hasTimes === false) {
    throw wrong(row, 'timestamp', 'none, as lines before it have none');
  }
  if (begins) habits.hasTimes = true;
  return time;
}

/** Counts are of the whole input, as the format's own are; texts are what is new, and messages all or new as they say. */
function saidIn(row: Row, session: string | undefined, habits: Habits) {
  const isTurn = session !== undefined;
  const text = TEXTS.find((field) => has(row, field));
  if (text !== undefined) {
    const messages = [new Message('user', textOf(row, text))] as const;
    return { messages, ...(isTurn && { isCumulative: isCumulative(row, false) }) };
  }
  if (has(row, 'messages')) {
    const whole = row.fields['message_mode'] !== 'delta';
    return { messages: messagesOf(row), ...(isTurn && { isCumulative: isCumulative(row, whole) }) };
  }
  const inputTokens = countOf(row, 'input_length', 1);
  const cumulative = isTurn && { isCumulative: isCumulative(row, true) };
  const hasIds = has(row, 'hash_ids');
  if (!isTurn) habits.hasIds ??= hasIds;
  if (!hasIds && (isTurn || !habits.hasIds)) return { inputTokens, ...cumulative };
  const hashIds = hashIdsOf(row);
  habits.ids.check(row.where, hashIds.length, inputTokens, 'input_length');
  return { inputTokens, hashIds, ...cumulative };
}

/** AIPerf's `context_mode` of a row is before what its kind says. */
const CONTEXT_MODES: Readonly<Record<string, boolean>> = {
  message_array_with_responses: true,
  deltas_without_responses: false,
};

function isCumulative(row: Row, own: boolean): boolean {
  const mode = row.fields['context_mode'];
  if (mode == null) return own;
  const said = typeof mode === 'string' ? CONTEXT_MODES[mode] : undefined;
  if (said === undefined) throw wrong(row, 'context_mode', Object.keys(CONTEXT_MODES).join(' or '));
  return said;
}

function toolsIn(row: Row, turn: number | undefined): Pick<TraceEntry, 'request'> {
  if (turn || !has(row, 'messages') || !has(row, 'tools')) return {};
  const { tools } = row.fields;
  if (!Array.isArray(tools)) throw wrong(row, 'tools', 'a list');
  return { request: { tools } };
}

function messagesOf(row: Row): [Message, ...Message[]] {
  const recorded = parseRecorded({ messages: row.fields['messages'] }, 0);
  if ('reason' in recorded) throw new UsageError(`${row.where}: ${recorded.detail}`);
  const [first, ...others] = recorded.said.map(({ message }) => message);
  if (!first) throw wrong(row, 'messages', 'at least one message');
  return [first, ...others];
}
