import { type Json, jsonText, object, saysSomething, text } from '../json.ts';
import type { DeltaKind } from '../transport.ts';

export interface Delta {
  readonly kind: DeltaKind;
  readonly text: string;
}

type TextKind = Exclude<DeltaKind, 'tool'>;

/**
 * Fields of a delta or a message that carry output, and of what kind; of one kind, the first that says
 * something counts, as servers send the same text under two names.
 */
const TEXT_FIELDS: readonly (readonly [kind: TextKind, fields: readonly string[]])[] = [
  [
    'reasoning',
    [
      // vLLM, and what DeepSeek began
      ...['reasoning', 'reasoning_content', 'reasoning_text', 'reasoning_summary'],
      ...['thinking', 'thinking_content', 'thought', 'thoughts', 'analysis'],
      // lists: OpenRouter, LiteLLM
      ...['reasoning_details', 'thinking_blocks'],
    ],
  ],
  ['content', ['content', 'text', 'output_text', 'refusal', 'output', 'audio']],
];
/** The same by name: of what kind it is, and its place among those. */
const TEXT_FIELD: ReadonlyMap<string, TextField> = new Map(
  TEXT_FIELDS.flatMap(([kind, fields]) =>
    fields.map((name, rank) => [name, { kind, name, rank }] as const),
  ),
);
/** Fields of a part of content, or of a reasoning detail, that have its text. */
const PART_FIELDS = [
  ...['text', 'content', 'thinking', 'reasoning', 'reasoning_text', 'summary', 'refusal'],
  ...['transcript', 'output_text', 'value', 'parts'],
];
/** Parts of these types are reasoning, wherever they stand. */
const REASONING_TYPE = /reason|think|thought|analysis|summary/i;
/** Parts that are no text, though fields of theirs hold some. */
const TEXTLESS_TYPE = /image|video|file|encrypted|redacted/i;
/** Beside the text, in every dialect: nothing is missed by not reading them. */
const OTHER_FIELDS = new Set([
  ...['role', 'name', 'annotations', 'index', 'finish_reason', 'logprobs', 'stop_reason', 'type'],
  ...['matched_stop', 'token_ids', 'seed', 'refusal', 'id', 'content_filter_results', 'usage'],
  ...['native_finish_reason'],
]);
/** Parts within parts; more are no content. */
const DEPTH_MAX = 6;

/**
 * Adds what a choice says; reasoning before content.
 * @param own fields that have reasoning, beside the known ones.
 */
export function readDeltas(choice: Json, deltas: Delta[], own: readonly string[] = []): void {
  const delta = choice['delta'] ?? choice['message'];
  const said: Record<TextKind, string> = { reasoning: '', content: '' };
  if (typeof delta === 'object' && delta !== null) readFields(delta as Json, said, own);
  // Completions have their text beside the delta.
  if (!said.content) said.content = text(delta) || text(choice['text']);
  if (said.reasoning) deltas.push({ kind: 'reasoning', text: said.reasoning });
  if (said.content) deltas.push({ kind: 'content', text: said.content });
  readTools(object(delta), deltas);
}

/** The names of fields that say something and that nobody here understands. */
export function unknownFields(choice: Json): string[] {
  const delta = object(choice['delta'] ?? choice['message'] ?? choice);
  return Object.keys(delta).filter((name) => !OTHER_FIELDS.has(name) && saysSomething(delta[name]));
}

/** @param own names of the user's own for reasoning, before all others */
function readFields(delta: Json, said: Record<TextKind, string>, own: readonly string[]): void {
  const fields: TextField[] = own
    .filter((name) => saysSomething(delta[name]))
    .map((name) => ({ kind: 'reasoning', name, rank: -1 }));
  for (const name in delta) {
    const field = TEXT_FIELD.get(name);
    if (field && delta[name] !== null) fields.push(field);
  }
  // Nearly always there is one.
  if (fields.length > 1) fields.sort(byPlace);
  let saying: TextKind | undefined;
  for (const { kind, name } of fields) {
    if (kind === saying) continue;
    const before = said[kind];
    const value = delta[name];
    if (typeof value === 'string') said[kind] += value;
    else readParts(value, kind, said, 0);
    if (said[kind] !== before) saying = kind;
  }
}

interface TextField {
  readonly kind: TextKind;
  readonly name: string;
  readonly rank: number;
}

function byPlace(a: TextField, b: TextField): number {
  if (a.kind !== b.kind) return a.kind === 'reasoning' ? -1 : 1;
  return a.rank - b.rank;
}

function readParts(
  value: unknown,
  kind: TextKind,
  said: Record<TextKind, string>,
  depth: number,
): void {
  if (typeof value === 'string') said[kind] += value;
  if (typeof value !== 'object' || value === null || depth > DEPTH_MAX) return;
  if (Array.isArray(value)) {
    for (const part of value) readParts(part, kind, said, depth + 1);
    return;
  }
  const part = value as Json;
  const type = text(part['type']);
  if (TEXTLESS_TYPE.test(type)) return;
  const isReasoning = REASONING_TYPE.test(type) || part['thought'] === true;
  const field = PART_FIELDS.find((name) => saysSomething(part[name]));
  if (field !== undefined) {
    readParts(part[field], isReasoning ? 'reasoning' : kind, said, depth + 1);
  }
}

/** Each as its JSON. OpenAI's own old form, `function_call`, keeps its name; TGI sends an object for a list. */
function readTools(delta: Json, deltas: Delta[]): void {
  const calls = delta['tool_calls'];
  if (typeof calls === 'object' && calls !== null) {
    for (const call of Array.isArray(calls) ? calls : [calls]) {
      deltas.push({ kind: 'tool', text: jsonText(call) });
    }
  }
  const { function_call } = delta;
  if (saysSomething(function_call)) {
    deltas.push({ kind: 'tool', text: jsonText({ function_call }) });
  }
}
