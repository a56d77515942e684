import { type Json, jsonText, object, saysSomething, text } from '../json.ts';
import { type Delta, readDeltas, unknownFields } from './answer-text.ts';
import { complaintOf, remarkOf } from './complaint.ts';
import { isFailureReason } from './finish-reason.ts';
import { asOpenAiChunk } from './other-apis.ts';
import { readUsage, type UsageRead } from './usage.ts';

/** What one event of a stream, or a whole answer in one JSON document, says. Texts are the server's own, as they came. */
export interface Chunk {
  /** Non-empty ones only; reasoning before content. */
  readonly deltas: readonly Delta[];
  readonly finishReason: string | undefined;
  readonly usage: UsageRead | undefined;
  /** Nothing of the answer comes after it: a finish reason, or the usage chunk that has no choices. */
  readonly isFinal: boolean;
  /** The server's complaint. */
  readonly error: string | undefined;
  /** A message beside the answer, which is a complaint if no answer comes. */
  readonly remark: string | undefined;
  readonly id: string | undefined;
  readonly fingerprint: string | undefined;
  /** Fields that say something, where nothing of the chunk was understood. */
  readonly unknown: readonly string[];
}

/**
 * Reads OpenAI chat and completion chunks and whole answers, as vLLM, SGLang, TGI, TensorRT-LLM, Dynamo,
 * llama.cpp, Ollama, Azure and OpenRouter write them, TGI's native stream, and the forms of other APIs
 * for servers that answer in them.
 * @param reasoning fields that have reasoning, beside the known ones.
 */
export function readChunk(json: unknown, reasoning?: readonly string[]): Chunk {
  const body = object(json);
  const choices = Array.isArray(body['choices']) ? body['choices'].map(object) : undefined;
  if (choices) return readChoices(body, choices, { reasoning });
  const error = complaintOf(body);
  if (error === undefined && 'token' in body) return readTgiToken(body);
  const other = error === undefined ? asOpenAiChunk(body) : undefined;
  if (other) return readChoices(other, (other['choices'] as unknown[]).map(object), OTHER_API);
  const chunk = readChoices(body, []);
  return {
    ...chunk,
    remark: chunk.usage ? undefined : remarkOf(body),
    unknown: Object.keys(body).filter((name) => saysSomething(body[name])),
  };
}

/** Whether this is an answer at all. */
export function isAnswer(json: unknown): boolean {
  const body = object(json);
  const { choices } = body;
  return (Array.isArray(choices) && choices.length > 0) || asOpenAiChunk(body) !== undefined;
}

interface ChoiceReading {
  /** Usage without choices ends the answer; default: it does. */
  readonly closes?: boolean;
  readonly reasoning?: readonly string[] | undefined;
}

const OTHER_API: ChoiceReading = { closes: false };
const OPEN_AI: ChoiceReading = {};

function readChoices(
  body: Json,
  choices: readonly Json[],
  { closes = true, reasoning }: ChoiceReading = OPEN_AI,
): Chunk {
  const deltas: Delta[] = [];
  let finishReason: string | undefined;
  let error = complaintOf(body);
  for (const choice of choices) {
    readDeltas(choice, deltas, reasoning);
    finishReason = reasonIn(choice['finish_reason']) || finishReason;
    error ??= complaintOf(choice) ?? complaintOf(choice['delta']);
    error ??= failureIn(choice['finish_reason']);
  }
  const usage = readUsage(body, choices[0] ?? {});
  const isUnderstood = deltas.length > 0 || finishReason !== undefined;
  return {
    deltas,
    finishReason,
    usage,
    isFinal: finishReason !== undefined || (closes && isClosingUsage(usage, choices)),
    error,
    remark: undefined,
    id: text(body['id']) || undefined,
    fingerprint: text(body['system_fingerprint']) || undefined,
    unknown: isUnderstood || choices.length === 0 ? [] : choices.flatMap(unknownFields),
  };
}

function isClosingUsage(usage: UsageRead | undefined, choices: readonly Json[]): boolean {
  return usage !== undefined && choices.length === 0;
}

/** SGLang's native API has an object here. */
function reasonIn(reason: unknown): string {
  return text(reason) || text(object(reason)['type']);
}

function failureIn(reason: unknown): string | undefined {
  const name = reasonIn(reason);
  if (name === '' || !isFailureReason(name)) return undefined;
  const message = text(object(reason)['message']);
  return `finish_reason ${jsonText(name)}${message && `: ${message}`}`;
}

/** TGI's /generate_stream: one token an event; the last one carries the whole text. */
function readTgiToken(body: Json): Chunk {
  const token = object(body['token']);
  const content = token['special'] === true ? '' : text(token['text']);
  const details = object(body['details']);
  const reason = text(details['finish_reason']) || undefined;
  return {
    deltas: content ? [{ kind: 'content', text: content }] : [],
    finishReason: reason,
    usage: readUsage({ usage: { completion_tokens: details['generated_tokens'] } }, {}),
    isFinal: typeof body['generated_text'] === 'string',
    error: failureIn(reason),
    remark: undefined,
    id: undefined,
    fingerprint: undefined,
    unknown: [],
  };
}
