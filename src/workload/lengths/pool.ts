import { UsageError } from '../../base/errors.ts';
import { found, isCount, isObject, notJson, parsedJson } from '../../base/json.ts';
import { LARGE_BYTES, readText } from '../../base/read-text.ts';

/** A prompt with its length and that of the answer that it was once given, as the pool has them. */
export interface PoolPrompt {
  /** Its name in the pool. */
  readonly key: string;
  readonly text: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/**
 * Reads a pool of prompts, as BurstGPT's example makes it of ShareGPT:
 * `{"0": {"prompt": …, "len_prompt": …, "output": …, "len_output": …}, …}`.
 * @throws UsageError naming file, prompt and field.
 */
export function readPool(file: string): PoolPrompt[] {
  const text = readText(file, { what: 'pool of prompts', maxBytes: LARGE_BYTES });
  const value = parsedJson(text);
  if (value === undefined) throw new UsageError(`${file}: ${notJson(text)}`);
  if (typeof value !== 'object' || value === null) {
    throw new UsageError(`${file}: ${found(value)}; expected an object of prompts`);
  }
  const prompts = Object.entries(value).map(([key, one]) => {
    const prompt = poolPrompt(key, one);
    if (typeof prompt === 'string') throw new UsageError(`${file}: prompt ${key}: ${prompt}`);
    return prompt;
  });
  if (prompts.length) return prompts;
  throw new UsageError(`${file}: found no prompt; expected at least one`);
}

/** The prompt, or what is wrong with it. */
function poolPrompt(key: string, value: unknown): PoolPrompt | string {
  if (!isObject(value)) return `${found(value)}; expected an object of prompt and len_prompt`;
  const { prompt: text, len_prompt: inputTokens, len_output: outputTokens } = value;
  if (typeof text !== 'string' || !text) return `prompt: ${found(text)}; expected a text`;
  if (!isCount(inputTokens)) return `len_prompt: ${found(inputTokens)}; expected tokens >= 0`;
  if (!isCount(outputTokens)) return `len_output: ${found(outputTokens)}; expected tokens >= 0`;
  return { key, text, inputTokens, outputTokens };
}

/** Places in the pool of the prompts that are nearest. */
export type Nearest = (inputTokens: number, outputTokens?: number) => readonly number[];

/**
 * Those of the nearest length of a prompt that there is, and of these the ones of the nearest length of an
 * answer; of two that are as near the shorter. They are several only where they are alike in both lengths, or where
 * that of the answer is not known.
 */
export function nearestIn(pool: readonly PoolPrompt[]): Nearest {
  const byInput = new Map<number, Map<number, number[]>>();
  for (const [place, { inputTokens, outputTokens }] of pool.entries()) {
    const byOutput = byInput.get(inputTokens) ?? new Map<number, number[]>();
    byInput.set(inputTokens, byOutput);
    byOutput.set(outputTokens, [...(byOutput.get(outputTokens) ?? []), place]);
  }
  const inputs = ascending(byInput.keys());
  const outputs = new Map([...byInput].map(([input, some]) => [input, ascending(some.keys())]));
  return (inputTokens, outputTokens) => {
    const input = nearest(inputs, inputTokens);
    if (outputTokens === undefined) return [...byInput.get(input)!.values()].flat();
    return byInput.get(input)!.get(nearest(outputs.get(input)!, outputTokens))!;
  };
}

function ascending(values: Iterable<number>): number[] {
  return [...values].sort((a, b) => a - b);
}

/** Of numbers in order, of which there is at least one. */
function nearest(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  const [before, after] = [sorted[low - 1], sorted[low]];
  if (before === undefined) return after!;
  return after === undefined || value - before <= after - value ? before : after;
}
