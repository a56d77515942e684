import { UsageError } from '../../base/errors.ts';
import { found, isCount, isObject, parsedJson, shown } from '../../base/json.ts';
import { dataLines } from '../files/lines.ts';

/** Tokens that a hash id of Mooncake's published traces stands for. */
export const MOONCAKE_BLOCK_TOKENS = 512;

/** One request of a trace in Mooncake's format. */
export interface MooncakeRequest {
  /** When it came, milliseconds on the trace's clock. Equal times are common: the file has the order. */
  readonly timestampMs: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /**
   * The blocks of the input, in order; the last may be a part of one. An id is a hash chained over all
   * blocks before it, so two requests with the same id have the same input up to there.
   */
  readonly hashIds: readonly number[];
}

/**
 * Reads a trace as published with Mooncake (FAST '25): JSON lines of `{timestamp, input_length,
 * output_length, hash_ids}`, other fields ignored, one at a time and in the order of the file.
 * @throws UsageError naming file and line of what is no request, whose ids do not cover its input, or
 * that came before the one above it; or if there is no line at all.
 */
export async function* readMooncake(
  file: string,
  blockTokens: number = MOONCAKE_BLOCK_TOKENS,
): AsyncGenerator<MooncakeRequest> {
  let lastMs = -Infinity;
  for await (const { number, text } of dataLines(file)) {
    const request = parseRequest(text, blockTokens);
    const problem = typeof request === 'string' ? request : outOfOrder(request, lastMs);
    if (typeof request === 'string' || problem) {
      throw new UsageError(`${file}: line ${number}: ${problem}`);
    }
    lastMs = request.timestampMs;
    yield request;
  }
  if (lastMs === -Infinity) {
    throw new UsageError(`${file}: found no line; expected requests in Mooncake's format`);
  }
}

/** The request, or what is wrong with it. */
function parseRequest(text: string, blockTokens: number): MooncakeRequest | string {
  const value = parsedJson(text);
  if (value === undefined) return `found ${shown(text)}; expected JSON`;
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
  if (!Array.isArray(hashIds) || !hashIds.every(isCount)) {
    return `hash_ids: ${found(hashIds)}; expected a list of whole numbers`;
  }
  const blocks = Math.ceil(inputTokens / blockTokens);
  if (hashIds.length !== blocks) {
    return `hash_ids: found ${hashIds.length}; expected ${blocks} for input_length ${inputTokens} in blocks of ${blockTokens}`;
  }
  return { timestampMs: timestamp, inputTokens, outputTokens, hashIds };
}

function outOfOrder({ timestampMs }: MooncakeRequest, lastMs: number): string | undefined {
  if (timestampMs >= lastMs) return undefined;
  return `timestamp: found ${timestampMs} after ${lastMs}; expected lines in the order of time`;
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && value >= 0;
}
