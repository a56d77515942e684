import { UsageError } from '../base/errors.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Message } from '../workload/message.ts';
import type { ChatRequest } from './transport.ts';

/** What is the same in every request body of a run. */
export interface BodyOptions {
  readonly api: 'chat' | 'completions';
  readonly model: string;
  readonly stream: boolean;
  readonly sampling: Scenario['sampling'];
  /** Fields of the user's own; they win over ours. */
  readonly extra: Readonly<Record<string, unknown>>;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Makes OpenAI request bodies: a head and a tail around the messages' ready-made bytes. The history is
 * copied, never stringified again.
 * @throws UsageError where `extra` would replace the conversation.
 */
export function bodyWriter(options: BodyOptions): (request: ChatRequest) => Buffer {
  for (const field of ['messages', 'prompt']) {
    if (field in options.extra) {
      throw new UsageError(
        `target.body.${field}: found; the conversation itself cannot be replaced`,
      );
    }
  }
  const model = json(withoutKeysOf(options.extra, { model: options.model }));
  const perRun = json({ ...withoutKeysOf(options.extra, runFields(options)), ...options.extra });
  const frame = options.api === 'chat' ? chatFrame : completionsFrame;
  return (request) => {
    const perRequest = json(withoutKeysOf(options.extra, requestFields(request, options.sampling)));
    const head = model && `${model},`;
    const tail = [perRun, perRequest].filter((fields) => fields).join(',');
    return frame(head, request.messages, tail && `,${tail}`);
  };
}

function runFields({ stream, sampling }: BodyOptions): Fields {
  return {
    stream,
    // Without it, servers send no usage with a stream.
    stream_options: stream ? { include_usage: true } : undefined,
    temperature: sampling.temperature,
    top_p: sampling.topP,
    seed: sampling.seed,
    stop: sampling.stop,
    ignore_eos: sampling.ignoreEos,
  };
}

function requestFields(request: ChatRequest, sampling: Scenario['sampling']): Fields {
  const salt = request.cacheSalt ?? sampling.cacheSalt;
  return {
    max_tokens: request.maxTokens,
    min_tokens: request.minTokens,
    cache_salt: salt?.replaceAll('{userId}', String(request.userId)),
  };
}

const COMMA = Buffer.from(',');
/** A newline between two lines, as JSON spells it. */
const NEWLINE = Buffer.from('\\n');

function chatFrame(head: string, messages: readonly Message[], tail: string): Buffer {
  return joined(`{${head}"messages":[`, messages, messageJson, COMMA, `]${tail}}`);
}

/** `ROLE: content` lines and an open `ASSISTANT:`, as LMBenchmark's multi-round-qa.py flattens a chat. */
function completionsFrame(head: string, messages: readonly Message[], tail: string): Buffer {
  return joined(`{${head}"prompt":"`, messages, promptLine, NEWLINE, `\\nASSISTANT:"${tail}}`);
}

function joined(
  head: string,
  messages: readonly Message[],
  bytesOf: (message: Message) => Buffer,
  separator: Buffer,
  tail: string,
): Buffer {
  const parts: Buffer[] = [Buffer.from(head)];
  for (const [index, message] of messages.entries()) {
    if (index > 0) parts.push(separator);
    parts.push(bytesOf(message));
  }
  parts.push(Buffer.from(tail));
  return Buffer.concat(parts);
}

function messageJson(message: Message): Buffer {
  return message.json;
}

/** Lives as long as the messages: a history is escaped once, however often it is sent. */
const promptLines = new WeakMap<Message, Buffer>();

function promptLine(message: Message): Buffer {
  let line = promptLines.get(message);
  if (!line) {
    const text = JSON.stringify(`${message.role.toUpperCase()}: ${message.text}`);
    line = Buffer.from(text.slice(1, -1));
    promptLines.set(message, line);
  }
  return line;
}

function withoutKeysOf(extra: Fields, fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !(name in extra)));
}

/** The inside of a JSON object: `"a":1,"b":2`. Undefined fields are left out. */
function json(fields: Fields): string {
  return JSON.stringify(fields).slice(1, -1);
}
