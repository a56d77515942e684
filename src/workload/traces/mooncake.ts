import { UsageError } from '../../base/errors.ts';
import { found, isCount, isObject, notJson, parsedJsonExact, shown } from '../../base/json.ts';
import { firstObject } from '../files/head.ts';
import { dataLines } from '../files/lines.ts';
import type { HashId, ReadOptions, TraceEntry, TraceFormat } from './format.ts';

/** Mooncake's traces, as published with FAST '25. An id is a hash chained over all blocks before it. */
export const mooncake: TraceFormat = {
  name: 'mooncake',
  says: 'JSON lines of timestamp (ms), input_length, output_length and hash_ids',
  timeUnit: 'ms',
  blockTokens: 512,
  rounding: 'ceil',
  context: 'cumulative',
  sniff: (head) => ['input_length', 'hash_ids'].every((field) => field in firstObject(head)),
  read: readMooncake,
};

/** In the order of the file, other fields ignored. */
async function* readMooncake(
  file: string,
  { blockTokens }: ReadOptions,
): AsyncGenerator<TraceEntry> {
  let lastMs = -Infinity;
  for await (const { number, text } of dataLines(file)) {
    const request = parseRequest(text, blockTokens);
    const problem = typeof request === 'string' ? request : outOfOrder(request, lastMs);
    if (typeof request === 'string' || problem) {
      throw new UsageError(`${file}: line ${number}: ${problem}`);
    }
    lastMs = request.atMs;
    yield request;
  }
}

type Request = TraceEntry & { readonly atMs: number };

/** The request, or what is wrong with it. */
function parseRequest(text: string, blockTokens: number): Request | string {
  const value = parsedJsonExact(text);
  if (value === undefined) return notJson(text);
  if (!isObject(value)) return `found ${shown(text)}; expected an object`;
  const {
    timestamp,
    input_length: inputTokens,
    output_length: outputTokens,
    hash_ids: hashIds,
  } = value;
  if (!isTime(timestamp)) return `timestamp: ${found(timestamp)}; expected milliseconds >= 0`;
  if (!isCount(inputTokens) || inputTokens < 1) {
    return `input_length: ${found(inputTokens)}; expected tokens >= 1`;
  }
  if (!isCount(outputTokens)) return `output_length: ${found(outputTokens)}; expected tokens >= 0`;
  if (!Array.isArray(hashIds) || !hashIds.every(isId)) {
    return `hash_ids: ${found(hashIds)}; expected a list of whole numbers`;
  }
  const blocks = Math.ceil(inputTokens / blockTokens);
  if (hashIds.length !== blocks) {
    return `hash_ids: found ${hashIds.length}; expected ${blocks} for input_length ${inputTokens} in blocks of ${blockTokens}`;
  }
  return { atMs: timestamp, inputTokens, outputTokens, hashIds };
}

function outOfOrder({ atMs }: Request, lastMs: number): string | undefined {
  if (atMs >= lastMs) return undefined;
  return `timestamp: found ${atMs} after ${lastMs}; expected lines in the order of time`;
}

/** Ids of 64 bits come as their digits, because a number would take two of them for one. */
function isId(id: unknown): id is HashId {
  return isCount(id) || (typeof id === 'string' && /^\d+$/.test(id));
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < Infinity;
}
