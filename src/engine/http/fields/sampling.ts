import { floatText, reprOf } from '../../python-text.ts';
import { badField, badNumber, badRequest, type EngineError } from '../../request-error.ts';
import type { CommonFields } from './request-fields.ts';

/** What vLLM's `SamplingParams` checks, with what it knows by then. */
export interface Sampling {
  readonly fields: CommonFields;
  readonly n: number;
  /** Most tokens of an answer: what is asked for, within what the model has room for. */
  readonly maxTokens: number;
  /** Of how many most likely tokens the probabilities are wanted. */
  readonly logprobs: number | undefined;
  /** Ids of the vocabulary are below it. */
  readonly vocabularySize: number;
}

type Check = (sampling: Sampling) => EngineError | undefined;

const N_MAX = 16_384;
/** Below it vLLM takes a temperature for 0. */
const GREEDY_BELOW = 1e-5;
/** vLLM's `--max-logprobs`. */
const LOGPROBS_MAX = 20;

/** The first check that fails, in vLLM's order and words. */
export function samplingError(sampling: Sampling): EngineError | undefined {
  for (const check of CHECKS) {
    const error = check(sampling);
    if (error) return error;
  }
  return undefined;
}

function within(name: 'presence_penalty' | 'frequency_penalty'): Check {
  return ({ fields }) => {
    const value = fields[name] ?? 0;
    if (value >= -2 && value <= 2) return undefined;
    return badRequest(`${name} must be in [-2, 2], got ${floatText(value)}.`);
  };
}

function badFloat(says: string, name: string, value: number): EngineError {
  return badField(`${name} ${says}, got ${floatText(value)}.`, name, floatText(value));
}

/** Ids that are none of the vocabulary's. */
function foreign(ids: readonly number[] | undefined, size: number): number[] | undefined {
  const found = ids?.filter((id) => id < 0 || id >= size) ?? [];
  return found.length > 0 ? found : undefined;
}

const CHECKS: readonly Check[] = [
  ({ n }) => (n < 1 ? badRequest(`n must be at least 1, got ${n}.`) : undefined),
  ({ n }) =>
    n > N_MAX
      ? badRequest(
          `n must be at most ${N_MAX}, got ${n}. To increase this limit, set the VLLM_MAX_N_SEQUENCES environment variable.`,
        )
      : undefined,
  within('presence_penalty'),
  within('frequency_penalty'),
  ({ fields: { repetition_penalty: value = 1 } }) =>
    value > 0
      ? undefined
      : badRequest(`repetition_penalty must be greater than zero, got ${floatText(value)}.`),
  ({ fields: { temperature: value = 1 } }) => {
    if (value < 0) return badFloat('must be non-negative', 'temperature', value);
    return value > 2 ? badFloat('must be in [0, 2]', 'temperature', value) : undefined;
  },
  ({ fields: { top_p: value = 1 } }) =>
    value > 0 && value <= 1 ? undefined : badFloat('must be in (0, 1]', 'top_p', value),
  ({ fields: { top_k: value = 0 } }) =>
    value < -1 ? badRequest(`top_k must be 0 (disable), or at least 1, got ${value}.`) : undefined,
  ({ fields: { min_p: value = 0 } }) =>
    value >= 0 && value <= 1
      ? undefined
      : badRequest(`min_p must be in [0, 1], got ${floatText(value)}.`),
  ({ maxTokens }) =>
    maxTokens < 1
      ? badNumber(`max_tokens must be at least 1, got ${maxTokens}.`, 'max_tokens', maxTokens)
      : undefined,
  ({ fields: { min_tokens: value } }) =>
    value < 0
      ? badRequest(`min_tokens must be greater than or equal to 0, got ${value}.`)
      : undefined,
  ({ fields: { min_tokens: value }, maxTokens }) =>
    value > maxTokens
      ? badRequest(
          `min_tokens must be less than or equal to max_tokens=${maxTokens}, got ${value}.`,
        )
      : undefined,
  ({ fields: { stop } }) =>
    [stop ?? []].flat().includes('')
      ? badRequest('stop cannot contain an empty string.')
      : undefined,
  ({ fields: { bad_words: words } }) =>
    words.includes('')
      ? badRequest(`bad_words cannot contain an empty string. Got bad_words=${reprOf(words)}`)
      : undefined,
  ({ fields: { temperature = 1 }, n }) =>
    n > 1 && temperature < GREEDY_BELOW
      ? badRequest(`n must be 1 when using greedy sampling, got ${n}.`)
      : undefined,
  ({ logprobs, vocabularySize }) => tooMany('logprobs', 'sample', logprobs, vocabularySize),
  ({ fields: { prompt_logprobs: count }, vocabularySize }) =>
    tooMany('prompt_logprobs', 'prompt', count, vocabularySize),
  ({ fields: { logit_bias }, vocabularySize: size }) => {
    const keys = Object.keys(logit_bias ?? {});
    const odd = keys.filter((key) => !/^\s*[+-]?\d+\s*$/.test(key));
    if (odd.length > 0) {
      const message = `logit_bias contains key(s) that cannot be converted to integer token IDs: ${reprOf(odd)}`;
      return badNumber(message, 'logit_bias', odd);
    }
    return foreignError('logit_bias', foreign(keys.map(Number), size), size);
  },
  ({ fields: { stop_token_ids: ids }, vocabularySize: size }) =>
    foreignError('stop_token_ids', foreign(ids, size), size),
  ({ fields: { allowed_token_ids: ids }, vocabularySize: size }) => {
    if (ids?.length === 0) {
      return badNumber('allowed_token_ids is not None and empty!', 'allowed_token_ids', ids);
    }
    const found = foreign(ids, size);
    const message = 'allowed_token_ids contains out-of-vocab token id!';
    return found && badNumber(message, 'allowed_token_ids', found);
  },
];

function foreignError(
  name: string,
  found: readonly number[] | undefined,
  size: number,
): EngineError | undefined {
  if (!found) return undefined;
  const message = `token_id(s) ${reprOf(found)} in ${name} contain out-of-vocab token ids. Vocabulary size: ${size}`;
  return badNumber(message, name, found);
}

function tooMany(
  name: string,
  of: string,
  asked: number | undefined,
  vocabularySize: number,
): EngineError | undefined {
  const count = asked === -1 ? vocabularySize : (asked ?? 0);
  if (count <= LOGPROBS_MAX) return undefined;
  const message = `Requested ${of} logprobs of ${count}, which is greater than max allowed: ${LOGPROBS_MAX}`;
  return badNumber(message, name, count);
}
