import { UsageError } from '../../../base/errors.ts';
import { isCount, isObject, parsedJson } from '../../../base/json.ts';
import { fieldsAtHead } from '../../files/head.ts';
import type { Message } from '../../message.ts';
import type { ReadOptions, TraceEntry, TraceFormat } from '../format.ts';
import { logTimes, STARTS } from '../log-times.ts';
import { type Spoken, spoken } from '../messages.ts';
import { pauses } from '../pauses.ts';
import { type Fields, type FileRecord, firstOf, recordsIn, wrongField } from '../records.ts';

/** Where the body of a request may be; else the record has its fields itself. */
const BODIES = ['body', 'request', 'request_body', 'requestBody', 'payload'];
const RESPONSES = ['response', 'response_body', 'responseBody'];
const SESSIONS = [
  'session_id',
  'sessionId',
  'conversation_id',
  'conversationId',
  'chat_id',
  'thread_id',
];
const KINDS = ['endpoint', 'path', 'url'];

/**
 * Logs of requests to an OpenAI-compatible server: a body, with messages or a prompt, and when it came. A body
 * has all that was said before.
 */
export const requestLog: TraceFormat = {
  name: 'openai-log',
  says: 'JSON lines, or a list, of a time and an OpenAI request: messages or prompt, or a body with them',
  timeUnit: 'wall clock',
  context: 'cumulative',
  takesTimeUnit: true,
  piece: 'value',
  sniff: isRequestLog,
  read: readRequestLog,
};

function isRequestLog(head: string): boolean {
  const fields = fieldsAtHead(head);
  const has = (names: readonly string[]) => names.some((name) => fields.has(name));
  const isSaid =
    has(['messages', 'prompt']) || (has(BODIES) && /"(messages|prompt)\\?"/.test(head));
  return has(STARTS) && isSaid && !has(['input_length', 'output_length', 'hash_ids', 'requests']);
}

async function* readRequestLog(file: string, options: ReadOptions): AsyncGenerator<TraceEntry> {
  const timesOf = logTimes(options.timeUnit);
  const thinkMsOf = pauses();
  for await (const record of recordsIn(file, 'requests')) {
    const body = bodyIn(record);
    const { atMs, apiMs } = timesOf(record);
    const session = sessionIn(record, body);
    const thinkMs = session === undefined ? undefined : thinkMsOf(session, atMs, apiMs);
    const kind = firstOf(record.value, KINDS)?.[1];
    yield {
      atMs,
      isCumulative: true,
      ...saidIn(record, body),
      ...answerIn(record, body),
      ...(session !== undefined && { session }),
      ...(apiMs !== undefined && { apiMs }),
      ...(thinkMs !== undefined && { thinkMs }),
      ...(typeof kind === 'string' && { kind }),
    };
  }
}

/** Some logs have it as the text that was sent. */
function bodyIn(record: FileRecord): Fields {
  const [name, body] = firstOf(record.value, BODIES) ?? [];
  if (name === undefined) return record.value;
  const value = typeof body === 'string' ? parsedJson(body) : body;
  if (!isObject(value)) throw wrongField(record, name, body, 'an object, or its JSON');
  return value;
}

function sessionIn({ value }: FileRecord, body: Fields): string | undefined {
  const { metadata } = body;
  const places = [value, body, ...(isObject(metadata) ? [metadata] : [])];
  const id = places.map((place) => firstOf(place, SESSIONS)?.[1]).find((one) => one !== undefined);
  return typeof id === 'string' || typeof id === 'number' ? String(id) : undefined;
}

function saidIn({ where }: FileRecord, body: Fields): Spoken {
  const { messages, prompt, tools, tool_choice, parallel_tool_calls } = body;
  const text = Array.isArray(prompt) && prompt.length === 1 ? prompt[0] : prompt;
  if (messages == null && typeof text !== 'string') {
    throw wrongField({ where }, 'messages', messages ?? prompt, 'a list of messages, or prompt');
  }
  return spoken(where, {
    messages: messages ?? [{ role: 'user', content: text }],
    ...{ tools, tool_choice, parallel_tool_calls },
  });
}

const HTTP_ERROR = 400;

/** What is known of the answer. Where its length is not, the limit that was asked for is taken for it. */
function answerIn(record: FileRecord, body: Fields) {
  const outer = responseIn(record);
  const response = isObject(outer['body']) ? outer['body'] : outer;
  const usage = [response['usage'], record.value['usage']].find(isObject) ?? {};
  const status = firstOf({ ...outer, ...record.value }, [
    'status_code',
    'statusCode',
    'status',
  ])?.[1];
  const hasError = Boolean(record.value['error'] ?? response['error']);
  const model = response['model'] ?? body['model'];
  const limit = firstOf(body, ['max_completion_tokens', 'max_tokens'])?.[1];
  const outputTokens = usage['completion_tokens'] ?? limit;
  const answer = messageIn(record, response);
  return {
    ...(typeof model === 'string' && { model }),
    ...(isCount(outputTokens) && { outputTokens }),
    ...((Number(status) >= HTTP_ERROR || hasError) && { isFailed: true }),
    ...(answer && { answer }),
  };
}

function responseIn({ value }: FileRecord): Fields {
  const response = firstOf(value, RESPONSES)?.[1];
  const object = typeof response === 'string' ? parsedJson(response) : response;
  return isObject(object) ? object : {};
}

/** An answer that was not kept as a message is not known. */
function messageIn({ where }: FileRecord, response: Fields): Message | undefined {
  const { choices } = response;
  const [choice] = Array.isArray(choices) ? choices : [];
  if (!isObject(choice)) return undefined;
  const { message, text } = choice;
  const said =
    message ?? (typeof text === 'string' ? { role: 'assistant', content: text } : undefined);
  if (said === undefined) return undefined;
  if (isObject(said) && said['content'] === '' && !said['tool_calls']) return undefined;
  try {
    return spoken(`${where}: choices[0]`, { messages: [said] }).messages[0];
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}
