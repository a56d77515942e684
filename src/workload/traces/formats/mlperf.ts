import { UsageError } from '../../../base/errors.ts';
import { isCount, parsedJson } from '../../../base/json.ts';
import { fieldsAtHead } from '../../files/head.ts';
import type { Message } from '../../message.ts';
import type { Piece, TraceEntry, TraceFormat } from '../format.ts';
import { spoken } from '../messages.ts';
import {
  type Fields,
  type FileRecord,
  isTime,
  rawValues,
  recordsIn,
  wrongField,
} from '../records.ts';

/**
 * MLPerf's conversations of agents: a message a row, in the order of their conversations' turns. An answer's
 * row is a request, with what was said since the answer before it; what tools took is its pause.
 */
export const mlperf: TraceFormat = {
  name: 'mlperf-agentic',
  says: 'JSON lines of conversation_id, turn, role, and content or tool_results',
  context: 'delta',
  piece: pieces,
  sniff: (head) =>
    ['conversation_id', 'turn', 'role'].every((field) => fieldsAtHead(head).has(field)),
  read: readMlperf,
};

const MS_PER_SEC = 1000;

/** Of a conversation: what was said since its last answer. */
interface Open {
  turn: number;
  answers: number;
  said: Message[];
  request: Fields | undefined;
  delayMs: number | undefined;
  system: unknown;
}

async function* readMlperf(file: string): AsyncGenerator<TraceEntry> {
  const conversations = new Map<string, Open>();
  for await (const row of recordsIn(file, 'messages of conversations')) {
    const session = sessionIn(row);
    const open = conversations.get(session) ?? begun();
    conversations.set(session, open);
    checkTurn(row, open);
    if (row.value['role'] !== 'assistant') hear(row, open);
    else yield answered(row, session, open);
  }
  for (const [session, open] of conversations) {
    if (open.said.length) yield asked(file, session, open);
  }
}

/** A request's rows are those that it says, and its answer's. */
async function* pieces(file: string): AsyncGenerator<Piece> {
  const conversations = new Map<string, string[]>();
  for await (const text of rawValues(file)) {
    const value = parsedJson(text) as Fields;
    const session = String(value['conversation_id']);
    const rows = conversations.get(session) ?? [];
    conversations.set(session, rows);
    rows.push(text);
    if (value['role'] === 'assistant') yield { text: rows.splice(0).join('\n') };
  }
  for (const rows of conversations.values()) if (rows.length) yield { text: rows.join('\n') };
}

function begun(): Open {
  const none = { request: undefined, delayMs: undefined, system: undefined };
  return { turn: 0, answers: 0, said: [], ...none };
}

function sessionIn(row: FileRecord): string {
  const { conversation_id: id } = row.value;
  if (typeof id === 'string' || isCount(id)) return String(id);
  throw wrongField(row, 'conversation_id', id, 'a text or a whole number');
}

function checkTurn(row: FileRecord, open: Open): void {
  const { turn } = row.value;
  if (!isCount(turn) || turn <= open.turn) {
    throw wrongField(row, 'turn', turn, `a whole number above ${open.turn}`);
  }
  open.turn = turn;
}

/** What a user or tools say is answered by the next row of their conversation. */
function hear(row: FileRecord, open: Open): void {
  const { system, delay_seconds: delaySec, ...rest } = row.value;
  if (delaySec != null) {
    if (!isTime(delaySec)) throw wrongField(row, 'delay_seconds', delaySec, 'seconds >= 0');
    open.delayMs = (open.delayMs ?? 0) + delaySec * MS_PER_SEC;
  }
  const isNewSystem = system != null && system !== open.system;
  if (isNewSystem && (open.answers > 0 || open.said.length > 0)) {
    throw wrongField(row, 'system', system, 'none, or that of the first message');
  }
  if (isNewSystem) open.system = system;
  const { messages, request } = spoken(row.where, {
    messages: messagesOf(row),
    ...(isNewSystem && { system }),
    ...(rest['tools'] != null && { tools: rest['tools'] }),
  });
  open.said.push(...messages);
  open.request ??= request;
}

/** OpenAI has a message for every result of a tool. */
function messagesOf(row: FileRecord): Fields[] {
  const { role, content, name, tool_call_id: id, tool_results: results } = row.value;
  if (results == null) {
    return [
      { role, content, ...(name != null && { name }), ...(id != null && { tool_call_id: id }) },
    ];
  }
  if (!Array.isArray(results) || !results.length) {
    throw wrongField(row, 'tool_results', results, 'a list of tool_call_id and content');
  }
  return results.map((result) => ({ role, ...result }));
}

function answered(row: FileRecord, session: string, open: Open): TraceEntry {
  if (!open.said.length) {
    throw new UsageError(
      `${row.where}: role: found assistant; expected user or tool before an answer`,
    );
  }
  const { role, content, tool_calls, reasoning_content } = row.value;
  // An answer that only thinks says nothing.
  const text = content ?? (tool_calls ? null : '');
  const message = { role, content: text, tool_calls, reasoning_content };
  const [answer] = spoken(row.where, { messages: [message] }).messages;
  return { ...asked(row.where, session, open), answer };
}

/** The request that all that is open makes; after it nothing is. */
function asked(where: string, session: string, open: Open): TraceEntry {
  const [first, ...others] = open.said;
  if (!first) throw new UsageError(`${where}: found nothing said; expected a message`);
  const { delayMs, request } = open;
  const entry = {
    session,
    turn: open.answers++,
    ...(delayMs !== undefined && { thinkMs: delayMs }),
    ...(open.answers === 1 && request && { request }),
    messages: [first, ...others] as const,
  };
  open.said = [];
  open.delayMs = undefined;
  return entry;
}
