import type { DeltaKind, Usage } from './transport.ts';

export interface Delta {
  readonly kind: DeltaKind;
  readonly text: string;
}

/** What one event of a stream, or a whole answer in one JSON document, says. */
export interface Chunk {
  /** Non-empty ones only; reasoning before content. */
  readonly deltas: readonly Delta[];
  readonly finishReason: string | undefined;
  readonly usage: Usage | undefined;
  /** Nothing of the answer comes after it: a finish reason, or the usage chunk that has no choices. */
  readonly isFinal: boolean;
  /** The server's complaint, in one line. */
  readonly error: string | undefined;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads OpenAI chat and completion chunks and whole answers, as vLLM, SGLang, TGI, TensorRT-LLM, Dynamo,
 * llama.cpp, Ollama, Azure and OpenRouter write them, and TGI's native stream. Unknown fields are ignored.
 */
export function readChunk(json: unknown): Chunk {
  const body = object(json);
  const error = serverError(body);
  if ('token' in body) return { ...readTgiToken(body), error };
  const usage = readUsage(body);
  const choices = Array.isArray(body['choices']) ? body['choices'].map(object) : [];
  const deltas: Delta[] = [];
  let finishReason: string | undefined;
  for (const choice of choices) {
    readDelta(choice, deltas);
    finishReason = text(choice['finish_reason']) || finishReason;
  }
  const isFinal = finishReason !== undefined || (usage !== undefined && choices.length === 0);
  return { deltas, finishReason, usage, isFinal, error: error ?? errorReason(finishReason) };
}

/** The message in an error body or event, in any of the shapes servers use; undefined: it holds no error. */
export function serverError(json: unknown): string | undefined {
  const body = object(json);
  const error = body['error'];
  if (error) return typeof error === 'string' ? oneLine(error) : complaint(object(error));
  // Old vLLM and FastChat put the fields at the top.
  if (body['object'] === 'error') return complaint(body);
  return undefined;
}

/** Whether this is an OpenAI answer at all. */
export function hasChoices(json: unknown): boolean {
  const choices = object(json)['choices'];
  return Array.isArray(choices) && choices.length > 0;
}

/** Text of others in one line of bounded length, fit for a record. */
export function oneLine(message: string): string {
  const line = message
    .slice(0, 4 * MESSAGE_CHARS)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return line.length > MESSAGE_CHARS ? `${line.slice(0, MESSAGE_CHARS)}...` : line;
}

/** Enough for every engine's own messages, short enough for a table and a million records. */
const MESSAGE_CHARS = 300;

function complaint(error: Json): string {
  const message = error['message'];
  const said = typeof message === 'string' ? message : JSON.stringify(message ?? error);
  const code = error['code'] ?? error['http_status_code'];
  const isNamed = code === undefined || code === null || said.includes(String(code));
  return oneLine(isNamed ? said : `${said} (code ${code})`);
}

function errorReason(finishReason: string | undefined): string | undefined {
  return finishReason === 'error' ? 'finish_reason "error"' : undefined;
}

function readDelta(choice: Json, deltas: Delta[]): void {
  const delta = object(choice['delta'] ?? choice['message']);
  // vLLM sent the same reasoning under both names for a while.
  const reasoning = text(delta['reasoning']) || text(delta['reasoning_content']);
  if (reasoning) deltas.push({ kind: 'reasoning', text: reasoning });
  const content = text(delta['content']) || text(choice['text']);
  if (content) deltas.push({ kind: 'content', text: content });
  const tools = delta['tool_calls'];
  if (Array.isArray(tools)) {
    for (const tool of tools) deltas.push({ kind: 'tool', text: JSON.stringify(tool) });
  }
}

/** TGI's /generate_stream: one token an event; the last one carries the whole text. */
function readTgiToken(body: Json): Omit<Chunk, 'error'> {
  const token = object(body['token']);
  const content = token['special'] === true ? '' : text(token['text']);
  const details = object(body['details']);
  return {
    deltas: content ? [{ kind: 'content', text: content }] : [],
    finishReason: text(details['finish_reason']) || undefined,
    usage: readUsage({ usage: { completion_tokens: details['generated_tokens'] } }),
    isFinal: typeof body['generated_text'] === 'string',
  };
}

/**
 * The counts of `usage`, and what is told beside it: vLLM's `metrics` of the request, and SGLang's
 * `sglext`, which streams in a chunk of its own. undefined if none of it is there.
 */
function readUsage(body: Json): Usage | undefined {
  const counts = object(body['usage']);
  const cached = object(counts['prompt_tokens_details']);
  const tiers = object(object(body['sglext'])['cached_tokens_details']);
  const metrics = object(body['metrics']);
  const reasoning = object(counts['completion_tokens_details'])['reasoning_tokens'];
  const read: { -readonly [Name in keyof Usage]: Usage[Name] } = {};
  let isEmpty = true;
  const set = (name: keyof Usage, value: unknown): void => {
    if (typeof value !== 'number' || !(value >= 0)) return;
    read[name] = value;
    isEmpty = false;
  };
  set('inputTokens', counts['prompt_tokens']);
  set('outputTokens', counts['completion_tokens']);
  set(
    'cachedTokens',
    cached['cached_tokens'] ?? sum(tiers['device'], tiers['host'], tiers['storage']),
  );
  set('localCachedTokens', cached['local_cached_tokens'] ?? tiers['device']);
  set(
    'externalCachedTokens',
    cached['external_cached_tokens'] ?? sum(tiers['host'], tiers['storage']),
  );
  set('hostCachedTokens', tiers['host']);
  set('storageCachedTokens', tiers['storage']);
  // SGLang counts reasoning beside the others, not in the details.
  set('reasoningTokens', reasoning ?? counts['reasoning_tokens']);
  set('queueMs', metrics['queue_time_ms']);
  set('prefillMs', metrics['time_to_first_token_ms']);
  return isEmpty ? undefined : read;
}

/** Of SGLang's tiers, of which the last may be missing. */
function sum(first: unknown, ...others: unknown[]): unknown {
  if (typeof first !== 'number') return undefined;
  return others.reduce((total: number, one) => total + (typeof one === 'number' ? one : 0), first);
}

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
