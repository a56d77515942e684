import { isCount } from '../../../base/json.ts';
import { sha256 } from '../../files/digest.ts';
import { fieldsAtHead } from '../../files/head.ts';
import type { Piece, ReadOptions, TraceEntry, TraceFormat } from '../format.ts';
import { type Fields, firstOf, wrongField } from '../records.ts';
import { type Moment, msBetween } from '../wall-clock.ts';
import { type Call, inLanes, type SpanTree } from './otel-lanes.ts';
import { answerIn, saidIn } from './otel-messages.ts';
import { type Span, spansIn } from './otel-spans.ts';

/**
 * OpenTelemetry's spans of generative AI: a call of a model is a request, all others say who called. A
 * request repeats what was said before.
 */
export const otel: TraceFormat = {
  name: 'otel',
  says: 'OpenTelemetry spans with gen_ai attributes, as OTLP has them in JSON, or one an object',
  timeUnit: 'wall clock',
  context: 'cumulative',
  piece: pieces,
  sniff(head) {
    const fields = fieldsAtHead(head);
    const has = (...names: string[]) => names.some((name) => fields.has(name));
    const isSpan = has('attributes') && has('spanId', 'span_id', 'context');
    return has('resourceSpans', 'resource_spans', 'spans') || isSpan;
  },
  read: readOtel,
};

async function* readOtel(file: string, options: ReadOptions): AsyncGenerator<TraceEntry> {
  const { calls, tree } = await callsIn(file, options);
  yield* inLanes(calls, tree);
}

/** A call, and all that is no call in its trace: who called, and what else was done. */
async function* pieces(file: string): AsyncGenerator<Piece> {
  const others = new Map<string, { name: string; text: string }[]>();
  const { calls } = await callsIn(file, {}, (span) => {
    const { traceId, id } = span;
    const ofTrace = others.get(traceId) ?? [];
    ofTrace.push({ name: `${traceId}/${id}`, text: lineOf(span) });
    others.set(traceId, ofTrace);
  });
  for (const { span } of calls) yield { text: lineOf(span), before: others.get(span.traceId) };
}

function lineOf(span: Span): string {
  return JSON.stringify(span.alone());
}

/** In the order of time. All of the file is read before the first: a span is written when it has ended. */
async function callsIn(
  file: string,
  { warn }: Pick<ReadOptions, 'warn'>,
  other?: (span: Span) => void,
) {
  const tree: SpanTree = new Map();
  const calls: Call<Span>[] = [];
  const seen = new Set<string>();
  let first: Moment | undefined;
  let empty = 0;
  for await (const span of spansIn(file)) {
    const { operation } = namesOf(span);
    const isAgent = operation === 'invoke_agent';
    tree.set(`${span.traceId}/${span.id}`, { parentId: span.parentId, isAgent });
    if (!isCall(span)) {
      other?.(span);
      continue;
    }
    if (seen.has(signatureOf(span))) continue;
    seen.add(signatureOf(span));
    first ??= span.start;
    const call = callOf(span, first);
    if (call) calls.push(call);
    else empty++;
  }
  if (empty) warn?.(`${file}: ${empty} calls failed before anything was known of them: left out`);
  calls.sort((a, b) => a.atMs - b.atMs);
  return { calls, tree };
}

function namesOf({ attributes }: Span) {
  return {
    operation: attributes['gen_ai.operation.name'],
    model: attributes['gen_ai.request.model'],
  };
}

const CALLS: readonly unknown[] = ['chat', 'text_completion', 'generate_content'];

/** Where the operation is not named, what has a model and says or counts something is a call. */
function isCall(span: Span): boolean {
  const { operation, model } = namesOf(span);
  if (operation !== undefined) return CALLS.includes(operation);
  return model !== undefined && (hasText(span) || tokensIn(span, INPUT) !== undefined);
}

function hasText({ attributes }: Span): boolean {
  return attributes['gen_ai.input.messages'] != null;
}

/** Some recorders write a call twice, as two spans. */
function signatureOf({ start, end, attributes }: Span): string {
  return sha256(JSON.stringify([start, end, attributes]));
}

/** By today's name and the one before. */
const INPUT = ['gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens'];
const OUTPUT = ['gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens'];

/** undefined: it failed, and nothing else is known of it. */
function callOf(span: Span, first: Moment): Call<Span> | undefined {
  const { start, end, hasFailed, attributes } = span;
  const model = firstOf(attributes, ['gen_ai.response.model', 'gen_ai.request.model'])?.[1];
  const spoken = saidIn(span);
  const inputTokens = tokensIn(span, INPUT);
  const outputTokens = tokensIn(span, OUTPUT);
  const answer = answerIn(span);
  const said = spoken ?? (inputTokens === undefined ? undefined : { inputTokens });
  if (!said && hasFailed) return undefined;
  if (!said) {
    throw wrongField(span, INPUT[0]!, undefined, 'tokens, or gen_ai.input.messages');
  }
  return {
    span,
    session: sessionOf(span),
    atMs: msBetween(first, start),
    endMs: end && msBetween(first, end),
    said: {
      ...said,
      isCumulative: true,
      ...(typeof model === 'string' && { model }),
      ...(outputTokens !== undefined && { outputTokens }),
      ...(end && { apiMs: msBetween(start, end) }),
      ...(hasFailed && { isFailed: true }),
      ...(answer && { answer }),
    },
  };
}

function tokensIn(span: Span, names: readonly string[]): number | undefined {
  const [name, tokens] = firstOf(span.attributes, names) ?? [];
  if (name === undefined) return undefined;
  const count = typeof tokens === 'string' ? Number(tokens) : tokens;
  if (!isCount(count)) throw wrongField(span, name, tokens, 'tokens >= 0');
  return count;
}

/** A conversation's own name, else that of a session, in whichever vocabulary; else the whole trace is one. */
function sessionOf({ attributes, traceId }: Span): string {
  const own =
    firstOf(attributes, ['gen_ai.conversation.id', 'session.id'])?.[1] ?? other(attributes);
  return typeof own === 'string' && own !== '' ? own : traceId;
}

function other(attributes: Fields): unknown {
  const name = Object.keys(attributes).find((one) => one.endsWith('.session.id'));
  return name === undefined ? undefined : attributes[name];
}
