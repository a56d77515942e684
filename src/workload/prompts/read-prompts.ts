import { UsageError } from '../../base/errors.ts';
import { found, isCount, isObject, notJson, parsedJson, shown } from '../../base/json.ts';
import { elsewhere } from '../../base/known-formats.ts';
import { didYouMean, nearest } from '../../base/suggest.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { jsonValues, placeOf } from '../files/json-values.ts';

/** A prompt of a list, and how long its answer is to be where the list says. */
export interface Prompt {
  readonly text: string;
  /** Tokens: output_length, or an oracle's output_tokens. */
  readonly outputTokens: number | undefined;
  /** Every field that may be a number of tokens, by its name: what the answer was, and what was predicted. */
  readonly lengths?: Readonly<Record<string, number>>;
}

/** Of an oracle's data set: the answer's length, but in characters. */
const OUTPUT_CHARS = 'output_len';

/**
 * Reads a JSON list or JSON lines of texts, or of `{prompt or input, output_length or output_tokens}`.
 * @throws UsageError naming file and index of what is no prompt.
 */
export async function readPrompts(file: string): Promise<Prompt[]> {
  const prompts: Prompt[] = [];
  for await (const value of jsonValues(file, 'prompts')) {
    const prompt = parsePrompt(value.bytes.toString('utf8'));
    if (typeof prompt === 'string') {
      throw new UsageError(`${file}: ${placeOf(value)}: ${prompt}`);
    }
    prompts.push(prompt);
  }
  return prompts;
}

/** The prompt, or what is wrong with it. */
function parsePrompt(json: string): Prompt | string {
  const value = parsedJson(json);
  if (value === undefined) return notJson(json);
  const fields = typeof value === 'string' ? { prompt: value } : value;
  if (!isObject(fields)) {
    return `found ${shown(json)}; expected a text, or an object with prompt or input`;
  }
  const { prompt, input, output_length: tokens, output_tokens: oracleTokens } = fields;
  const text = prompt ?? input;
  const other = text === undefined ? elsewhere(fields, 'prompts') : undefined;
  if (other) return `found no prompt; ${other}`;
  if (typeof text !== 'string' || !text) {
    return `prompt or input: ${found(text)}; expected a text`;
  }
  if (tokens !== undefined && (!isCount(tokens) || tokens < 1)) {
    return `output_length: ${found(tokens)}; expected tokens >= 1`;
  }
  if (oracleTokens !== undefined && !isCount(oracleTokens)) {
    return `output_tokens: ${found(oracleTokens)}; expected tokens >= 0`;
  }
  const lengths = Object.fromEntries(
    Object.entries(fields).filter(([name, one]) => name !== OUTPUT_CHARS && isCount(one)),
  ) as Record<string, number>;
  return {
    text,
    outputTokens: (tokens ?? oracleTokens) as number | undefined,
    ...(Object.keys(lengths).length > 0 && { lengths }),
  };
}

/**
 * The length that a prompt's data expect of its answer; undefined where nothing goes by it and there is none.
 * @throws UsageError if priorities go by a field that a prompt has not.
 */
export function expectedBy(
  { conversation, sampling }: Scenario,
  prompts: readonly Prompt[],
  file: string,
): (prompt: Prompt) => number | undefined {
  const name = conversation.prompts?.expected ?? 'output_tokens';
  const expectedOf = ({ lengths }: Prompt): number | undefined => lengths?.[name];
  const index = prompts.findIndex((prompt) => expectedOf(prompt) === undefined);
  if (sampling.priority === 'expected' && index >= 0) {
    const has = Object.keys(prompts[index]!.lengths ?? {});
    const instead = has.length
      ? `expected one of ${has.join(', ')}${didYouMean(nearest(name, has))}`
      : 'expected a data set with lengths, as `confab oracle create` makes it';
    throw new UsageError(
      `${file}: item ${index}: ${name}: missing, which sampling.priority: expected goes by; ${instead}`,
    );
  }
  return expectedOf;
}
