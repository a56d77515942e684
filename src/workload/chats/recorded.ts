import { found, isObject } from '../../base/json.ts';
import { Message, type Role } from '../message.ts';
import { contentOf, type Unfit } from './content.ts';
import { conversationFields } from './conversation-fields.ts';
import { CALL_ROLES, type CallRole, callMessage, isCallRole } from './function-calls.ts';
import { sortedFields } from './message-fields.ts';
import { type ShapeName, shapedOf } from './shapes.ts';

/** A conversation as a file has it, whoever speaks. */
export interface Recorded {
  /** Its own, or else its place in the file. */
  readonly id: string;
  /** Name of its list of messages in the file, for what is told of them. */
  readonly list: string;
  readonly said: readonly Said[];
  /** How many of them, at the beginning, are not in the list. */
  readonly added: number;
  /** Fields that every request of it has: its tools, and how they are chosen. */
  readonly request: Readonly<Record<string, unknown>> | undefined;
  readonly shape: ShapeName;
  /** It has questions alone, each to be asked when the one before is answered. */
  readonly hasNoAnswers?: true;
  /** Names of what is not sent, the data set's notes for itself: of the conversation, and `messages[].x` of messages. */
  readonly unsent: ReadonlySet<string>;
}

export interface Said {
  /** With the fields that an OpenAI message has beside role and text. */
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
  /** By which such are counted. */
  readonly reason: string;
  readonly detail: string;
}

/**
 * A conversation of OpenAI messages (`messages` of `role` and `content`), in ShareGPT's form
 * (`conversations` of `from` and `value`), as prepared for multi-round-qa (the same with `num_tokens`), or in any
 * other shape of shapes.ts.
 * For the shapes of contents see content.ts; content is null for an OpenAI answer that only calls tools.
 * Whatever else there is, is sent, refused by its name, or named as not sent; the tables are in
 * message-fields.ts and conversation-fields.ts.
 * @param value undefined: it was not JSON
 */
export function parseRecorded(value: unknown, index: number): Recorded | Unusable {
  if (!isObject(value)) {
    const what = value === undefined ? 'not JSON' : `${found(value)}; expected an object`;
    return malformed(String(index), what);
  }
  const shaped = shapedOf(value);
  const own = shaped ? shaped.id : value['id'];
  const id = String(isName(own) ? own : index);
  if (!shaped) return malformed(id, noList(value));
  const { list, shape, messages, hasNoAnswers } = shaped;
  const fields = conversationFields(shaped.fields, list);
  if ('reason' in fields) return { id, ...fields };
  const { request, system } = fields;
  const unsent = new Set(fields.unsent);
  const said: Said[] = [];
  let calls = 0;
  for (const [i, message] of messages.entries()) {
    const where = `${list}[${i}]`;
    const speaks = speakerOf(message);
    if (speaks === 'function_call') calls++;
    const one = isCallRole(speaks)
      ? parseCall(speaks, message, { number: calls, where })
      : parseMessage(message, where, unsent);
    if ('reason' in one) return { id, ...one };
    said.push(one);
  }
  const rest = { shape, ...(hasNoAnswers && { hasNoAnswers }) };
  if (system === undefined) return { id, list, said, added: 0, request, unsent, ...rest };
  if (said[0]?.message.role === 'system') {
    const detail = `system: ${found(system)}, and ${list}[0] is one too; expected one of them`;
    return { id, reason: 'two system messages', detail };
  }
  const first = { message: new Message('system', system), isText: true };
  const opened = [{ ...first, tokens: undefined, pauseSec: undefined }, ...said];
  return { id, list, said: opened, added: 1, request, unsent, ...rest };
}

function isName(id: unknown): boolean {
  return typeof id === 'string' || typeof id === 'number';
}

/** The lists that are looked for first. */
const LISTS = ['messages', 'conversations', 'items', 'conversation'];

function noList(value: Readonly<Record<string, unknown>>): string {
  const name = LISTS.find((one) => value[one] !== undefined);
  if (name !== undefined) return `${name}: ${found(value[name])}; expected a list`;
  const there = Object.keys(value).slice(0, NAMES_SHOWN).join(', ') || 'no field';
  return `messages: missing, found ${there}; expected a list, or conversations as in ShareGPT`;
}

const NAMES_SHOWN = 8;

/** Who speaks under this name. `system` and `tool` have other names in the API, which are sent as they are. */
const ROLES: Readonly<Record<string, Role>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  human: 'user',
  prompter: 'user',
  assistant: 'assistant',
  gpt: 'assistant',
  chatgpt: 'assistant',
  bing: 'assistant',
  bard: 'assistant',
  model: 'assistant',
  tool: 'tool',
  function: 'tool',
};

/** Roles that are sent by their own name, not by that of whom they are taken for here. */
const SENT_ROLES: readonly unknown[] = ['developer', 'function'];

/** The fields that a text may be in, the first that has one. */
const TEXTS = ['content', 'value', 'text', 'parts'];

const DEFAULT_TEXT = { role: 'content', from: 'value' };

/** Under which name somebody speaks, in either form. */
function speakerOf(message: unknown): unknown {
  return isObject(message) ? (message['role'] ?? message['from']) : undefined;
}

/** A message of a role that OpenAI's messages do not have, as one of those that they do have. */
function parseCall(
  role: CallRole,
  value: unknown,
  at: { readonly number: number; readonly where: string },
): Said | Unfit {
  const fields = value as Readonly<Record<string, unknown>>;
  const place = TEXTS.find((field) => fields[field] != null) ?? 'value';
  const message = callMessage(role, fields[place], { ...at, where: `${at.where}.${place}` });
  if ('reason' in message) return message;
  const isText = role === 'observation';
  return { message, isText, tokens: undefined, pauseSec: undefined };
}

/** The message, or what is wrong with it. */
function parseMessage(value: unknown, where: string, unsent: Set<string>): Said | Unfit {
  if (!isObject(value)) return wrong(`${where}: ${found(value)}; expected an object`);
  const speaker = 'from' in value && !('role' in value) ? 'from' : 'role';
  const place = TEXTS.find((field) => value[field] != null) ?? DEFAULT_TEXT[speaker];
  const isOpenAi = speaker === 'role' && place === 'content';
  const name = value[speaker];
  const role = roleOf(name);
  if (!role) {
    const accepted = [...Object.keys(ROLES), ...CALL_ROLES].join(', ');
    const detail = `${where}.${speaker}: ${found(name)}; expected ${accepted}`;
    return { reason: typeof name === 'string' ? `role "${name}"` : 'no role', detail };
  }
  const { pause_sec: pauseSec, num_tokens: tokens } = value;
  if (pauseSec !== undefined && !isPause(pauseSec)) {
    return wrong(`${where}.pause_sec: ${found(pauseSec)}; expected seconds >= 0`);
  }
  const fields = sortedFields(value);
  if (fields.refused) {
    const text = `${where}.${fields.refused}: ${found(value[fields.refused])}`;
    return { reason: fields.refused, detail: `${text}; expected none, as it cannot be sent` };
  }
  const { sent } = fields;
  const isCall = value[place] == null && isOpenAi && role === 'assistant';
  const hasCall = isCall && CALLS.some((call) => sent[call] !== undefined);
  const content = hasCall ? CALL : contentOf(value[place], `${where}.${place}`);
  if ('reason' in content) return content;
  if (isOpenAi) for (const field of fields.unsent) unsent.add(`messages[].${field}`);
  const own = SENT_ROLES.includes(name) ? { role: name } : {};
  const instead = hasCall ? { content: null } : content.parts ? { content: content.parts } : {};
  const beside = { ...own, ...instead, ...(isOpenAi && sent) };
  return {
    message: new Message(role, content.text, Object.keys(beside).length ? beside : undefined),
    isText: content.isText,
    tokens: typeof tokens === 'number' ? tokens : undefined,
    pauseSec,
  };
}

/** What an answer without a text may be. */
const CALLS = ['tool_calls', 'function_call', 'audio', 'refusal'];
const CALL = { text: '', isText: false, parts: undefined };

function roleOf(name: unknown): Role | undefined {
  return typeof name === 'string' && Object.hasOwn(ROLES, name) ? ROLES[name] : undefined;
}

function isPause(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < Infinity;
}

function wrong(detail: string): Unfit {
  return { reason: 'malformed', detail };
}

function malformed(id: string, detail: string): Unusable {
  return { id, reason: 'malformed', detail };
}
