import { isCount, isObject, parsedJsonExact } from '../../../base/json.ts';
import { valuesAtHead } from '../../files/head.ts';
import type { HashId, ReadOptions, TraceEntry, TraceFormat } from '../format.ts';
import { type FileRecord, recordsIn, wrongField } from '../records.ts';
import { TimeUnit } from '../time-unit.ts';

const BLOCK_TOKENS = 16;

/**
 * What vLLM's `timed_trace` reads: its times are seconds and its blocks 16 tokens where nothing else is said,
 * and its fields may have other names. With the names that it shares with Mooncake, a file is one of these
 * where its ids are too many for Mooncake's blocks, or where it has none and parts of a second.
 */
export const timedTrace: TraceFormat = {
  name: 'timed-trace',
  says: 'JSON lines of timestamp (s), input_length, output_length and hash_ids of 16 tokens',
  timeUnit: 's',
  blockTokens: BLOCK_TOKENS,
  rounding: 'ceil',
  piece: 'value',
  takesTimeUnit: true,
  isSorted: true,
  sniff: isTimedTrace,
  read: readTimedTrace,
};

/** Fields of other formats that have all of these as well. */
const OTHERS = ['chat_id', 'session_id', 'delay', 'text_input', 'messages'];

function isTimedTrace(head: string): boolean {
  const rows = valuesAtHead(head);
  if (!rows.length || !rows.every(isObject)) return false;
  if (OTHERS.some((field) => field in rows[0]!)) return false;
  const isTimed = rows.every(
    ({ timestamp, input_length: input, output_length: output }) =>
      typeof timestamp === 'number' && isCount(input) && isCount(output),
  );
  if (!isTimed) return false;
  const blocks = rows.map(({ input_length: input, hash_ids: ids }) => ({ input, ids }));
  if (blocks.every(({ ids }) => ids === undefined)) {
    return rows.some(({ timestamp }) => !Number.isInteger(timestamp));
  }
  return (
    blocks.every(
      ({ input, ids }) => Array.isArray(ids) && fits(input as number, ids.length, BLOCK_TOKENS),
    ) && blocks.some(({ input, ids }) => !fits(input as number, (ids as unknown[]).length, 512))
  );
}

/** A last, partial block may have an id, or none. */
function fits(inputTokens: number, ids: number, blockTokens: number): boolean {
  return (
    ids === Math.ceil(inputTokens / blockTokens) || ids === Math.floor(inputTokens / blockTokens)
  );
}

const NAMES = ['timestamp', 'input_length', 'output_length', 'hash_ids'] as const;
type Name = (typeof NAMES)[number];

async function* readTimedTrace(file: string, options: ReadOptions): AsyncGenerator<TraceEntry> {
  const { blockTokens, timeUnit, fieldNames = {} } = options;
  checkNames(fieldNames);
  const nameOf = (name: Name) => fieldNames[name] ?? name;
  const unit = new TimeUnit(file, nameOf('timestamp'), 's', options);
  for await (const row of recordsIn(file, 'requests', parsedJsonExact)) {
    const inputTokens = tokensIn(row, nameOf('input_length'));
    const hashIds = hashIdsIn(row, nameOf('hash_ids'), inputTokens, blockTokens);
    const time = row.value[nameOf('timestamp')];
    if (typeof time !== 'number' || !Number.isFinite(time)) {
      throw wrongField(row, nameOf('timestamp'), time, `${timeUnit ?? 's'} as a number`);
    }
    yield {
      atMs: unit.toMs(time),
      inputTokens,
      outputTokens: tokensIn(row, nameOf('output_length')),
      ...(hashIds && { hashIds }),
    };
  }
  unit.check();
}

function checkNames(fieldNames: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(fieldNames)) {
    if (!(NAMES as readonly string[]).includes(name)) {
      throw wrongField(
        { where: 'conversation.trace.fieldNames' },
        name,
        fieldNames[name],
        `names for ${NAMES.join(', ')}`,
      );
    }
  }
}

function tokensIn(row: FileRecord, name: string): number {
  const tokens = row.value[name];
  if (!isCount(tokens)) throw wrongField(row, name, tokens, 'tokens >= 0');
  return tokens;
}

function hashIdsIn(
  row: FileRecord,
  name: string,
  inputTokens: number,
  blockTokens: number,
): readonly HashId[] | undefined {
  const ids = row.value[name];
  if (ids === undefined) return undefined;
  if (!Array.isArray(ids) || !ids.every(isId)) {
    throw wrongField(row, name, ids, 'a list of whole numbers');
  }
  if (fits(inputTokens, ids.length, blockTokens)) return ids;
  const blocks = Math.ceil(inputTokens / blockTokens);
  throw wrongField(
    row,
    name,
    ids.length,
    `${blocks} for ${inputTokens} tokens in blocks of ${blockTokens} (--block-tokens, or conversation.trace.blockTokens)`,
  );
}

/** Ids of 64 bits, and below 0, come as their digits. */
function isId(id: unknown): id is HashId {
  return Number.isSafeInteger(id) || (typeof id === 'string' && /^-?\d+$/.test(id));
}
