import { badField, badNumber, badRequest, type EngineError } from './request-error.ts';
import type { EngineRequest } from './serving.ts';

type Sizes = Pick<EngineRequest, 'promptTokens' | 'maxTokens'>;

/** Most tokens of the answer: as many as are asked for, and as the model has room for beside the prompt. */
export function answerLimit({ promptTokens, maxTokens }: Sizes, lengthLimit: number): number {
  return Math.min(maxTokens ?? Infinity, lengthLimit - promptTokens.length);
}

/**
 * Why the request cannot be served at all, if so, in vLLM's words: the limit alone is beyond the model's length, or
 * the prompt leaves no room. Both together may be beyond it, and then the answer is shorter.
 * `field`: which has the limit. `isCut`: the prompt was read no further than that it is too long.
 */
export function lengthError(
  { promptTokens, maxTokens }: Sizes,
  lengthLimit: number,
  { field = 'max_tokens', isCut = true } = {},
): EngineError | undefined {
  const prompt = promptTokens.length;
  if (maxTokens !== undefined && maxTokens > lengthLimit) {
    const message = `${field}=${maxTokens} cannot be greater than max_model_len=${lengthLimit}. Please request fewer output tokens.`;
    return badNumber(message, field, maxTokens);
  }
  if (prompt === 0) return badRequest('The decoder prompt cannot be empty');
  const error = promptError(promptTokens, lengthLimit, isCut);
  if (error) return error;
  const most = answerLimit({ promptTokens, maxTokens }, lengthLimit);
  if (most >= 1) return undefined;
  return badField(`max_tokens must be at least 1, got ${most}.`, 'max_tokens', String(most));
}

/** Why a prompt alone is too long, if so. */
export function promptError(
  { length }: Int32Array,
  lengthLimit: number,
  isCut = true,
): EngineError | undefined {
  if (length <= lengthLimit) return undefined;
  const seen = isCut ? lengthLimit + 1 : length;
  const message =
    `This model's maximum context length is ${lengthLimit} tokens. However, your prompt contains at least ${seen} input tokens, ` +
    'which exceeds this limit even without any output tokens. Please reduce the length of the input prompt.';
  return badNumber(message, 'input_tokens', seen);
}
