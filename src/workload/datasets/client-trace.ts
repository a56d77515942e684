import { UsageError } from '../../base/errors.ts';
import { found, isCount, isObject, notJson, parsedJsonExact, shown } from '../../base/json.ts';
import { contentOf } from '../chats/content.ts';
import type { Said } from '../chats/recorded.ts';
import { jsonValues, placeOf } from '../files/json-values.ts';
import { type Dropped, Tally } from '../files/tally.ts';
import { Message } from '../message.ts';
import type { SessionId } from './dataset.ts';

/** One conversation of those that AIBrix's client had. */
export interface Session {
  /** undefined: it was a request of its own. */
  readonly sessionId: SessionId | undefined;
  /** Named by its session, or by its request. */
  readonly id: string;
  /** What was asked, and what was answered where it was. */
  readonly said: readonly Said[];
}

export interface ClientTrace {
  readonly sessions: readonly Session[];
  /** Requests without an answer, whose questions are kept: which, and where. */
  readonly failed: readonly string[];
  /** Rows of which nothing can be kept. */
  readonly dropped: readonly Dropped[];
}

interface Row {
  readonly requestId: string;
  readonly sessionId: SessionId | undefined;
  /** undefined: not known. */
  readonly startSec: number | undefined;
  /** All that was sent, the history too. */
  readonly sent: readonly Said[];
  readonly answer: Said | undefined;
  /** Of a request without an answer. */
  readonly error: string;
}

/** What the records of requests with an answer have as their status. */
const ANSWERED: readonly unknown[] = ['success', 'ok'];

/**
 * The conversations in the records of AIBrix's client, in the order of their first records. Of a session's records each
 * has the history, so that what is new in it is its last message; a record without a session is one as it is.
 * @throws UsageError if a line is no record.
 */
export async function readClientTrace(file: string): Promise<ClientTrace> {
  const bySession = new Map<string, Row[]>();
  const failed: string[] = [];
  const tally = new Tally();
  for await (const value of jsonValues(file, 'records')) {
    const place = placeOf(value);
    const row = parseRow(value.bytes.toString('utf8'));
    if (typeof row === 'string') throw new UsageError(`${file}: ${place}: ${row}`);
    if ('reason' in row) {
      tally.add(row.reason, `${place}, ${row.detail}`);
      continue;
    }
    const { requestId, sessionId, answer, error } = row;
    if (!answer) failed.push(`request ${requestId} (line ${value.line}${error && `, ${error}`})`);
    const key =
      sessionId === undefined ? `line ${value.index}` : `${typeof sessionId} ${sessionId}`;
    const rows = bySession.get(key) ?? [];
    rows.push(row);
    bySession.set(key, rows);
  }
  const sessions = [...bySession.values()].map(sessionOf);
  return { sessions, failed, dropped: tally.dropped };
}

function parseRow(json: string): Row | { reason: string; detail: string } | string {
  const row = parsedJsonExact(json);
  if (row === undefined) return notJson(json);
  if (!isObject(row)) return `found ${shown(json)}; expected an object`;
  const { request_id: id, status, input, output, session_id: session, start_time: start } = row;
  if (!isName(id)) return `request_id: ${found(id)}; expected a number or text`;
  if (typeof status !== 'string') return `status: ${found(status)}; expected success or error`;
  if (session != null && !isName(session)) {
    return `session_id: ${found(session)}; expected a number or text`;
  }
  if (input == null) return { reason: 'no input', detail: `request ${id}` };
  if (!Array.isArray(input) || !input.length) {
    return `input: ${found(input)}; expected a list of messages`;
  }
  const sent: Said[] = [];
  for (const [i, message] of input.entries()) {
    const one = parseMessage(message, `input[${i}]`);
    if (typeof one === 'string') return one;
    sent.push(one);
  }
  if (sent.at(-1)!.message.role !== 'user') {
    return { reason: 'last message not of the user', detail: `request ${id}` };
  }
  const isAnswered = ANSWERED.includes(status) && typeof output === 'string';
  const error = row['error_type'];
  return {
    requestId: String(id),
    sessionId: session ?? undefined,
    startSec: typeof start === 'number' ? start : undefined,
    sent,
    answer: isAnswered ? saidBy('assistant', output) : undefined,
    error: typeof error === 'string' ? error : status,
  };
}

function parseMessage(message: unknown, where: string): Said | string {
  if (!isObject(message)) return `${where}: ${found(message)}; expected an object`;
  const { role, content } = message;
  if (role !== 'system' && role !== 'user' && role !== 'assistant') {
    return `${where}.role: ${found(role)}; expected system, user, assistant`;
  }
  const said = contentOf(content, `${where}.content`);
  return 'reason' in said ? said.detail : saidBy(role, said.text);
}

function saidBy(role: 'system' | 'user' | 'assistant', text: string): Said {
  return { message: new Message(role, text), isText: true, tokens: undefined, pauseSec: undefined };
}

function sessionOf(rows: readonly Row[]): Session {
  const { sessionId, requestId, sent } = rows[0]!;
  if (sessionId === undefined) {
    return { sessionId, id: `request-${requestId}`, said: withAnswer(sent, rows[0]!) };
  }
  const inOrder = rows.toSorted(byTime);
  const opening = inOrder[0]!.sent.filter(({ message }) => message.role === 'system');
  const turns = inOrder.flatMap((row) => withAnswer([row.sent.at(-1)!], row));
  return { sessionId, id: String(sessionId), said: [...opening, ...turns] };
}

function withAnswer(said: readonly Said[], { answer }: Row): Said[] {
  return answer ? [...said, answer] : [...said];
}

/** A later turn starts later, and has the longer history. */
function byTime(a: Row, b: Row): number {
  if (a.startSec !== undefined && b.startSec !== undefined && a.startSec !== b.startSec) {
    return a.startSec - b.startSec;
  }
  return a.sent.length - b.sent.length;
}

function isName(value: unknown): value is SessionId {
  return (typeof value === 'string' && value !== '') || isCount(value);
}
