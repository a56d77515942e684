import { UsageError } from '../../../base/errors.ts';
import { found, isObject } from '../../../base/json.ts';
import { fieldsAtHead } from '../../files/head.ts';
import type { ReadOptions, TraceEntry, TraceFormat } from '../format.ts';
import { rowsIn } from '../records.ts';
import { countOf, has, nameOf, type Row, tellUnread, textOf, wrong } from '../row.ts';

/**
 * TraceLab's rounds of coding agents. They have no hashes: what a round's input shares is what the
 * provider's cache found of it (`prefix_tokens`), which is the least that it shares. So ids are made: the
 * input begins with as many blocks of the round before it, input and answer, and goes on with new ones. What
 * a session's first round finds is taken to be the beginning that the sessions of its project and model
 * have in common.
 */
export const tracelab: TraceFormat = {
  name: 'tracelab',
  says: 'JSON lines of session_id, round_index, prefix_tokens, newly_append_tokens, output_tokens and timing_events',
  timeUnit: 'wall clock',
  blockTokens: 64,
  rounding: 'floor',
  context: 'cumulative',
  piece: 'value',
  sniff: (head) =>
    ['session_id', 'prefix_tokens', 'newly_append_tokens'].every((field) =>
      fieldsAtHead(head).has(field),
    ),
  read: readTraceLab,
};

const READ = new Set([
  'session_id',
  'round_index',
  'project',
  'provider',
  'model',
  'input_tokens_total',
  'prefix_tokens',
  'newly_append_tokens',
  'output_tokens',
  'timing_events',
  'first_input_event_type',
]);

/** What a session has said so far. */
interface Session {
  turn: number;
  /** Of the last round's input and answer, whole blocks. */
  blocks: readonly number[];
  endMs: number | undefined;
}

async function* readTraceLab(file: string, options: ReadOptions): AsyncGenerator<TraceEntry> {
  const { blockTokens } = options;
  const sessions = new Map<string, Session>();
  const common = new Map<string, number[]>();
  let made = 0;
  const grow = (blocks: readonly number[], kept: number, count: number): number[] => {
    const grown = blocks.slice(0, kept);
    while (grown.length < count) grown.push(made++);
    return grown;
  };
  for await (const row of rowsIn(file, 'rounds')) {
    const session = nameOf(row, 'session_id');
    const before = sessions.get(session);
    const prefixTokens = countOf(row, 'prefix_tokens');
    const inputTokens = prefixTokens + countOf(row, 'newly_append_tokens');
    checkTotal(row, inputTokens);
    tellUnread(row, READ, options);
    const outputTokens = countOf(row, 'output_tokens');
    const found = Math.floor(prefixTokens / blockTokens);
    const count = Math.floor(inputTokens / blockTokens);
    const group = `${row.fields['project'] ?? row.fields['provider']} ${row.fields['model']}`;
    if (!before) common.set(group, grow(common.get(group) ?? [], Infinity, found));
    const hashIds = grow(before?.blocks ?? common.get(group)!, found, count);
    const blocks = Math.floor((inputTokens + outputTokens) / blockTokens);
    const { atMs, endMs } = timesIn(row);
    const thinkMs = before?.endMs === undefined ? -1 : atMs - before.endMs;
    const turn = before ? before.turn + 1 : 0;
    yield {
      atMs,
      session,
      turn,
      inputTokens,
      hashIds,
      outputTokens,
      isCumulative: true,
      // A tool may have ended before the round that called it did: then nobody knows.
      ...(thinkMs >= 0 && { thinkMs }),
      ...(endMs !== undefined && { apiMs: endMs - atMs }),
      ...(has(row, 'model') && { model: textOf(row, 'model') }),
      ...(has(row, 'first_input_event_type') && { kind: textOf(row, 'first_input_event_type') }),
    };
    sessions.set(session, { turn, endMs, blocks: grow(hashIds, Infinity, blocks) });
  }
}

function checkTotal(row: Row, inputTokens: number): void {
  if (inputTokens < 1) throw wrong(row, 'newly_append_tokens', 'tokens >= 1, with prefix_tokens');
  if (!has(row, 'input_tokens_total')) return;
  const total = countOf(row, 'input_tokens_total');
  if (total === inputTokens) return;
  throw new UsageError(
    `${row.where}: input_tokens_total: found ${total}; expected ${inputTokens}, prefix_tokens and newly_append_tokens together`,
  );
}

/** What comes in; all other events are of the answer. */
const INPUT_EVENTS: readonly unknown[] = ['user_message', 'tool_result'];

/** It was asked when the last of its input was there, and ended with the last of its answer. */
function timesIn(row: Row): { atMs: number; endMs: number | undefined } {
  const events = row.fields['timing_events'];
  if (!Array.isArray(events) || !events.length)
    throw wrong(row, 'timing_events', 'a list of events');
  let askedMs: number | undefined;
  let firstMs = Infinity;
  let endMs: number | undefined;
  for (const [i, event] of events.entries()) {
    const timestamp = isObject(event) ? event['timestamp'] : undefined;
    const atMs = typeof timestamp === 'string' ? Date.parse(timestamp) : Number.NaN;
    if (!Number.isFinite(atMs)) {
      throw new UsageError(
        `${row.where}: timing_events[${i}].timestamp: ${found(timestamp)}; expected a time as 2026-06-01T05:40:20.151Z`,
      );
    }
    firstMs = Math.min(firstMs, atMs);
    if (INPUT_EVENTS.includes(event['event_type'])) askedMs = Math.max(askedMs ?? atMs, atMs);
    else endMs = Math.max(endMs ?? atMs, atMs);
  }
  const atMs = askedMs ?? firstMs;
  return { atMs, endMs: endMs !== undefined && endMs >= atMs ? endMs : undefined };
}
