import { UsageError } from '../base/errors.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Message } from '../workload/message.ts';
import { saysSomething } from './json.ts';
import { isWholePrompt, PROMPT_END, promptLine } from './prompt-text.ts';
import { type Notation, Transcript } from './transcript.ts';
import type { ChatRequest } from './transport.ts';

/** What is the same in every request body of a run. */
export interface BodyOptions {
  readonly api: 'chat' | 'completions';
  /** How a prompt of completions is written; default: roles. */
  readonly promptForm?: 'roles' | 'plain' | undefined;
  readonly model: string;
  readonly stream: boolean;
  /** Usage is asked for with a stream; default true. */
  readonly streamUsage?: boolean | undefined;
  /** Field that limits an answer; default max_tokens. */
  readonly maxTokensField?: string | undefined;
  /** Body field that carries the request's id. */
  readonly requestIdField?: string | undefined;
  readonly sampling: Scenario['sampling'];
  /** Body field that carries the session id, for routers that look there. */
  readonly sessionField?: string | undefined;
  /** Fields of the user's own; they win over ours. */
  readonly extra: Readonly<Record<string, unknown>>;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Makes OpenAI request bodies: a head and a tail around the messages' ready-made bytes. The history is
 * copied, never stringified again.
 * @throws UsageError where `extra` would replace the conversation.
 */
export function bodyWriter(
  options: BodyOptions,
): (request: ChatRequest, requestId?: string) => Buffer {
  for (const field of ['messages', 'prompt']) {
    if (field in options.extra) {
      throw new UsageError(
        `target.body.${field}: found; the conversation itself cannot be replaced`,
      );
    }
  }
  const model = json(withoutKeysOf(options.extra, { model: options.model }));
  const perRun = json({ ...withoutKeysOf(options.extra, runFields(options)), ...options.extra });
  const asAsked = FORMS[options.api === 'chat' ? 'chat' : (options.promptForm ?? 'roles')];
  const formOf = (messages: readonly Message[]): Form =>
    options.api !== 'chat' && isWholePrompt(messages) ? PLAIN : asAsked;
  const head = `{${model && `${model},`}${asAsked.open}`;
  const transcripts = new WeakMap<object, Transcript>();
  return (request, requestId) => {
    const ownFields = requestFields(request, requestId, options);
    const perRequest = json(withoutKeysOf(options.extra, ownFields));
    const fields = [perRun, perRequest].filter((some) => some).join(',');
    const { messages, conversation } = request;
    const form = formOf(messages);
    const tail = `${form.close}${fields && `,${fields}`}}`;
    let transcript = conversation && transcripts.get(conversation);
    if (!transcript?.continuesWith(messages)) {
      const textChars = charsOf(messages);
      if (!conversation || textChars < LONG_CHARS) return joined(head, messages, form, tail);
      transcript = new Transcript(head, form, textChars);
      transcripts.set(conversation, transcript);
    }
    return transcript.body(messages, tail);
  };
}

function runFields({ stream, streamUsage = true, sampling }: BodyOptions): Fields {
  return {
    stream,
    // Without it, servers send no usage with a stream; some refuse it.
    stream_options: stream && streamUsage ? { include_usage: true } : undefined,
    temperature: sampling.temperature,
    top_p: sampling.topP,
    seed: sampling.seed,
    stop: sampling.stop,
    ignore_eos: sampling.ignoreEos,
  };
}

function requestFields(
  request: ChatRequest,
  requestId: string | undefined,
  { sessionField, requestIdField, maxTokensField = 'max_tokens' }: BodyOptions,
): Fields {
  return {
    ...request.fields,
    [maxTokensField]: request.maxTokens,
    min_tokens: request.minTokens,
    priority: request.priority,
    cache_salt: request.cacheSalt,
    ...(sessionField !== undefined && { [sessionField]: request.sessionId }),
    ...(requestIdField !== undefined && { [requestIdField]: requestId }),
  };
}

/** From here on, copying a history for every turn costs more than the turn itself. */
const LONG_CHARS = 64 * 1024;

function charsOf(messages: readonly Message[]): number {
  let chars = 0;
  for (const { text } of messages) chars += text.length;
  return chars;
}

/** A form of prompts, and what stands around the messages in it. */
interface Form extends Notation {
  readonly open: string;
  readonly close: string;
}

const CHAT: Form = {
  open: '"messages":[',
  bytesOf: (message) => message.json,
  separator: Buffer.from(','),
  close: ']',
};

/** The text of prompt-text.ts, a line at a time. */
const COMPLETIONS: Form = {
  open: '"prompt":"',
  bytesOf: lineBytes,
  // A newline between two lines, as JSON spells it.
  separator: Buffer.from('\\n'),
  close: `\\n${PROMPT_END}"`,
};

/** The texts alone: as is asked for, or of a prompt that has no conversation beside it. */
const PLAIN: Form = {
  open: '"prompt":"',
  bytesOf: ({ text }) => Buffer.from(JSON.stringify(text).slice(1, -1)),
  separator: Buffer.from('\\n'),
  close: '"',
};

const FORMS = { chat: CHAT, roles: COMPLETIONS, plain: PLAIN };

/** By hand, because Buffer.concat takes twice as long for many parts. */
function joined(
  head: string,
  messages: readonly Message[],
  { bytesOf, separator }: Notation,
  tail: string,
): Buffer {
  let byteLength = Buffer.byteLength(head) + Buffer.byteLength(tail);
  for (const message of messages) byteLength += bytesOf(message).length + separator.length;
  if (messages.length) byteLength -= separator.length;
  const body = Buffer.allocUnsafe(byteLength);
  let at = body.write(head);
  for (const [index, message] of messages.entries()) {
    if (index > 0) at += separator.copy(body, at);
    const bytes = bytesOf(message);
    body.set(bytes, at);
    at += bytes.length;
  }
  body.write(tail, at);
  return body;
}

/** Lives as long as the messages: a history is escaped once, however often it is sent. */
const promptLines = new WeakMap<Message, Buffer>();

function lineBytes(message: Message): Buffer {
  let line = promptLines.get(message);
  if (!line) {
    const text = JSON.stringify(promptLine(message));
    line = Buffer.from(text.slice(1, -1));
    promptLines.set(message, line);
  }
  return line;
}

function withoutKeysOf(extra: Fields, fields: Fields): Fields {
  if (!saysSomething(extra)) return fields;
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !(name in extra)));
}

/** The inside of a JSON object: `"a":1,"b":2`. Undefined fields are left out. */
function json(fields: Fields): string {
  return JSON.stringify(fields).slice(1, -1);
}
