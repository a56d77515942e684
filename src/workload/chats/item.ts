import { found, isObject } from '../../base/json.ts';
import { Message, type Role } from '../message.ts';

/** What is said from one answer to the next, and the recorded answer to it. */
export interface ChatExchange {
  readonly before: readonly Message[];
  readonly message: Message;
  /** The message's own `pause_sec`. */
  readonly pauseSec: number | undefined;
  readonly answer: Message | undefined;
  /** Messages of the conversation before `message`, leading system messages not counted. */
  readonly messagesBefore: number;
}

/** A conversation of OpenAI messages. */
export interface Chat {
  readonly id: string;
  /** Its leading system messages. */
  readonly opening: readonly Message[];
  readonly exchanges: readonly ChatExchange[];
}

/** What is wrong with a conversation. */
export interface BadChat {
  readonly id: string;
  readonly problem: string;
}

/**
 * Reads `{id, messages: [{role, content, …}]}`. Content is a text, a list of parts, or null for an
 * answer that only calls tools; whatever else a message has (`tool_calls`, `name`, `tool_call_id`) is
 * sent as it is, except `pause_sec`, the pause in seconds before a user message. Of answers in a row,
 * the first is the recorded one and the others are said before the next message.
 */
export function parseChat(value: unknown, index: number): Chat | BadChat {
  if (!isObject(value)) return bad(String(index), 'not an object');
  const id = String(value['id'] ?? index);
  const { messages } = value;
  if (!Array.isArray(messages)) return bad(id, `messages: ${found(messages)}; expected a list`);
  if (!messages.length) return bad(id, 'messages: empty');
  const said: Said[] = [];
  for (const [i, message] of messages.entries()) {
    const one = parseMessage(message);
    if (typeof one === 'string') return bad(id, `messages[${i}]${one}`);
    said.push(one);
  }
  return inExchanges(id, said);
}

interface Said {
  readonly message: Message;
  readonly pauseSec: number | undefined;
}

const ROLES: ReadonlySet<unknown> = new Set<Role>(['system', 'user', 'assistant', 'tool']);

/** The message, or what is wrong with it. */
function parseMessage(value: unknown): Said | string {
  if (!isObject(value)) return `: ${found(value)}; expected an object`;
  const { role, content, pause_sec: pauseSec, ...extra } = value;
  if (!ROLES.has(role)) return `.role: ${found(role)}; expected system, user, assistant or tool`;
  if (pauseSec !== undefined && !isPause(pauseSec)) {
    return `.pause_sec: ${found(pauseSec)}; expected seconds >= 0`;
  }
  const mayLackText = role === 'assistant';
  const text = content == null && mayLackText ? '' : textOf(content);
  if (text === undefined) return `.content: ${found(content)}; expected a text or a list of parts`;
  if (role === 'user' && !(content as string | unknown[]).length) return '.content: empty';
  // What is not a text replaces the text in the bytes that are sent.
  const fields = typeof content === 'string' ? extra : { content: content ?? null, ...extra };
  const message = new Message(role as Role, text, fields);
  return { message, pauseSec };
}

function isPause(value: unknown): value is number {
  return typeof value === 'number' && value >= 0;
}

/** Of parts, the texts. */
function textOf(content: unknown): string | undefined {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content) || !content.every(isObject)) return undefined;
  const texts = content.flatMap((part) => (part['text'] === undefined ? [] : [part['text']]));
  return texts.every((text) => typeof text === 'string') ? texts.join('') : undefined;
}

function inExchanges(id: string, said: readonly Said[]): Chat | BadChat {
  const firstSaid = said.findIndex(({ message }) => message.role !== 'system');
  if (firstSaid < 0) return bad(id, 'messages: only system messages; expected a user message');
  if (isAnswer(said[firstSaid]!)) return bad(id, `messages[${firstSaid}]: begins with an answer`);
  const exchanges: ChatExchange[] = [];
  const rest = said.slice(firstSaid);
  let from = 0;
  for (const [i, one] of rest.entries()) {
    const next = rest[i + 1];
    if (isAnswer(one) || (next && !isAnswer(next))) continue;
    exchanges.push({
      before: rest.slice(from, i).map(({ message }) => message),
      message: one.message,
      pauseSec: one.pauseSec,
      answer: next?.message,
      messagesBefore: i,
    });
    from = i + 2;
  }
  return { id, opening: said.slice(0, firstSaid).map(({ message }) => message), exchanges };
}

function isAnswer({ message }: Said): boolean {
  return message.role === 'assistant';
}

function bad(id: string, problem: string): BadChat {
  return { id, problem };
}
