import { UsageError } from '../../../base/errors.ts';
import { found, isObject, notJson, parsedJson } from '../../../base/json.ts';
import type { Message } from '../../message.ts';
import { type Spoken, spoken } from '../messages.ts';
import { type Fields, wrongField } from '../records.ts';
import type { Span } from './otel-spans.ts';

const INPUT = 'gen_ai.input.messages';
const OUTPUT = 'gen_ai.output.messages';
const SYSTEM = 'gen_ai.system_instructions';
const TOOLS = 'gen_ai.tool.definitions';
/** Where an answer's text alone may be. */
const TEXTS = ['gen_ai.output.text', 'gen_ai.completion', 'gen_ai.output'];

/** What a span's request says; undefined: it was recorded without. */
export function saidIn(span: Span): Spoken | undefined {
  const messages = listIn(span, INPUT);
  if (!messages?.length) return undefined;
  const system = listIn(span, SYSTEM) ?? [];
  const tools = listIn(span, TOOLS) ?? [];
  const first = system.length ? [{ role: 'system', parts: system }] : [];
  return spoken(`${span.where}: ${INPUT}`, {
    messages: [...first, ...messages].flatMap((one, i) => openAi(span, `${INPUT}[${i}]`, one)),
    ...(tools.length && { tools: tools.map(toolOf) }),
  });
}

/** What answered it, where that was recorded. */
export function answerIn(span: Span): Message | undefined {
  const [first] = listIn(span, OUTPUT) ?? [];
  const text = TEXTS.map((name) => span.attributes[name]).find((one) => typeof one === 'string');
  if (first === undefined && text === undefined) return undefined;
  const message = first ?? { role: 'assistant', content: text };
  const [answer] = openAi(span, `${OUTPUT}[0]`, message);
  return answer && spoken(`${span.where}: ${OUTPUT}`, { messages: [answer] }).messages[0];
}

/** An attribute that is a list, or the JSON of one, or a text alone. */
function listIn(span: Span, name: string): readonly unknown[] | undefined {
  const value = span.attributes[name];
  if (value == null || value === '') return undefined;
  if (Array.isArray(value)) return value;
  if (typeof value !== 'string') throw wrongField(span, name, value, 'a list, or its JSON');
  if (name === SYSTEM && !value.trimStart().startsWith('[')) return [{ content: value }];
  const list = parsedJson(value);
  if (Array.isArray(list)) return list;
  const problem = list === undefined ? notJson(value) : `${found(list)}; expected a list`;
  throw new UsageError(`${span.where}: ${name}: ${problem}`);
}

/** A message of OpenTelemetry's, in parts, as OpenAI's: results of tools are messages of their own. */
function openAi(span: Span, where: string, message: unknown): Fields[] {
  if (!isObject(message)) throw wrongField(span, where, message, 'a message');
  const { role, parts, finish_reason: _, ...rest } = message;
  if (!Array.isArray(parts)) return [{ role, ...rest }];
  const said = { text: '', reasoning: '', calls: [] as Fields[], results: [] as Fields[] };
  for (const [i, part] of parts.entries()) {
    const place = `${where}.parts[${i}]`;
    if (!isObject(part)) throw wrongField(span, place, part, 'a part');
    const { type = 'text' } = part;
    if (type === 'text') said.text += textOf(part['content'] ?? part['text']);
    else if (type === 'reasoning') said.reasoning += textOf(part['content'] ?? part['text']);
    else if (type === 'tool_call') said.calls.push(callOf(part));
    else if (type === 'tool_call_response') said.results.push(resultOf(part));
    else throw wrongField(span, `${place}.type`, type, PART_TYPES.join(', '));
  }
  const { text, reasoning, calls, results } = said;
  const isOnlyResults = results.length > 0 && !text && !calls.length;
  if (isOnlyResults) return results;
  const main = {
    role,
    content: text || (calls.length ? null : ''),
    ...(reasoning && { reasoning_content: reasoning }),
    ...(calls.length && { tool_calls: calls }),
  };
  return [...results, main];
}

const PART_TYPES = ['text', 'reasoning', 'tool_call', 'tool_call_response'];

function callOf({ id, name, arguments: args = {} }: Fields): Fields {
  return { id, type: 'function', function: { name, arguments: textOf(args) } };
}

function resultOf({ id, response, result }: Fields): Fields {
  return { role: 'tool', tool_call_id: id, content: textOf(response ?? result ?? '') };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? '');
}

/** OpenTelemetry has a function's fields beside its type. */
function toolOf(tool: unknown): unknown {
  if (!isObject(tool) || isObject(tool['function'])) return tool;
  const { type: _, ...fields } = tool;
  return { type: 'function', function: fields };
}
