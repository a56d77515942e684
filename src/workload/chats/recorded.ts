import { found, isObject } from '../../base/json.ts';
import { Message, type Role } from '../message.ts';

/** A conversation as a file has it, whoever speaks. */
export interface Recorded {
  /** Its own, or else its place in the file. */
  readonly id: string;
  /** Name of its list of messages in the file, for what is told of them. */
  readonly list: string;
  readonly said: readonly Said[];
}

export interface Said {
  /** With whatever fields an OpenAI message has beside role and text. */
  readonly message: Message;
  /** All of it is in the message's text: no image, and no answer that only calls tools. */
  readonly isText: boolean;
  /** The file's own `num_tokens`. */
  readonly tokens: number | undefined;
  /** The file's own `pause_sec`, before a user message. */
  readonly pauseSec: number | undefined;
}

/** Why a conversation cannot be used; `detail` says what was found, and where in it. */
export interface Unusable {
  readonly id: string;
  readonly reason: string;
  readonly detail: string;
}

/** The lists of messages that are looked for, the first that is there. */
const LISTS = ['messages', 'conversations', 'items', 'conversation'];

/**
 * A conversation of OpenAI messages (`messages` of `role` and `content`), in ShareGPT's form
 * (`conversations` of `from` and `value`), or as prepared for multi-round-qa (the same with `num_tokens`).
 * Content is a text, a list of parts, or null for an OpenAI answer that only calls tools. What else an
 * OpenAI message has (`tool_calls`, `name`, `tool_call_id`) is sent as it is, but for `pause_sec`.
 * @param value undefined: it was not JSON
 */
export function parseRecorded(value: unknown, index: number): Recorded | Unusable {
  if (!isObject(value)) {
    return malformed(String(index), value === undefined ? 'not JSON' : 'not an object');
  }
  const id = String(value['id'] ?? index);
  const list = LISTS.find((name) => Array.isArray(value[name]));
  if (list === undefined) return malformed(id, noList(value));
  const said: Said[] = [];
  for (const [i, message] of (value[list] as unknown[]).entries()) {
    const one = parseMessage(message);
    if ('reason' in one) {
      return { id, reason: one.reason, detail: `${list}[${i}]${one.detail}` };
    }
    said.push(one);
  }
  return { id, list, said };
}

function noList(value: Record<string, unknown>): string {
  const name = LISTS.find((one) => value[one] !== undefined);
  if (name !== undefined) return `${name}: ${found(value[name])}; expected a list`;
  return 'messages: missing; expected a list, or conversations as in ShareGPT';
}

const ROLES: Readonly<Record<string, Role>> = {
  system: 'system',
  user: 'user',
  human: 'user',
  assistant: 'assistant',
  gpt: 'assistant',
  chatgpt: 'assistant',
  bing: 'assistant',
  bard: 'assistant',
  tool: 'tool',
};

/** The fields that a text may be in, the first that has one. */
const TEXTS = ['content', 'value', 'text'];

/** The message, or what is wrong with it, to be read after its place. */
function parseMessage(value: unknown): Said | Omit<Unusable, 'id'> {
  if (!isObject(value)) return wrong(`: ${found(value)}; expected an object`);
  const speaker = 'from' in value && !('role' in value) ? 'from' : 'role';
  const place = TEXTS.find((field) => value[field] != null) ?? DEFAULT_TEXT[speaker];
  const isOpenAi = speaker === 'role' && place === 'content';
  const role = roleOf(value[speaker]);
  if (!role) {
    const accepted = Object.keys(ROLES).join(', ');
    const detail = `.${speaker}: ${found(value[speaker])}; expected ${accepted}`;
    return { reason: 'unknown role', detail };
  }
  const { pause_sec: pauseSec, num_tokens: tokens } = value;
  if (pauseSec !== undefined && !isPause(pauseSec)) {
    return wrong(`.pause_sec: ${found(pauseSec)}; expected seconds >= 0`);
  }
  const content = joined(value[place]);
  const isCall = content == null && isOpenAi && role === 'assistant';
  const texts = isCall ? [undefined] : textsOf(content);
  if (!texts) {
    return wrong(`.${place}: ${found(content)}; expected a text or a list of parts`);
  }
  const fields = isOpenAi ? fieldsOf(value, content) : undefined;
  return {
    message: new Message(role, texts.join(''), fields),
    isText: texts.every((text) => text !== undefined),
    tokens: typeof tokens === 'number' ? tokens : undefined,
    pauseSec,
  };
}

const DEFAULT_TEXT = { role: 'content', from: 'value' };

function wrong(detail: string): Omit<Unusable, 'id'> {
  return { reason: 'malformed', detail };
}

function roleOf(name: unknown): Role | undefined {
  return typeof name === 'string' && Object.hasOwn(ROLES, name) ? ROLES[name] : undefined;
}

/** A list of texts is one text, and so are the parts with `value` that other tools write. */
function joined(content: unknown): unknown {
  if (!Array.isArray(content)) return content;
  const texts = content.map((part) => (isObject(part) ? part['value'] : part));
  return texts.every((text) => typeof text === 'string') ? texts.join('') : content;
}

/** The texts of a text or of OpenAI's parts, undefined for a part that has none; undefined: it is neither. */
function textsOf(content: unknown): (string | undefined)[] | undefined {
  if (typeof content === 'string') return [content];
  if (!Array.isArray(content)) return undefined;
  const texts = content.map((part) => (isObject(part) ? part['text'] : part));
  const isWrong = texts.some(
    (text, i) => typeof text !== 'string' && !(text === undefined && isObject(content[i])),
  );
  return isWrong ? undefined : texts;
}

/** What an OpenAI message has beside role and text. What is no text replaces the text in the bytes that are sent. */
function fieldsOf(message: Record<string, unknown>, content: unknown): Record<string, unknown> {
  const { role: _, content: __, pause_sec: ___, ...fields } = message;
  return typeof content === 'string' ? fields : { content: content ?? null, ...fields };
}

function isPause(value: unknown): value is number {
  return typeof value === 'number' && value >= 0;
}

function malformed(id: string, detail: string): Unusable {
  return { id, reason: 'malformed', detail };
}
