import { lengthError } from '../lengths.ts';
import { badRequest, type EngineError } from '../request-error.ts';
import type { ApiContext, ApiPrompt } from './api-context.ts';
import { truncated } from './chat-prompt.ts';
import type { CompletionFields } from './fields/request-fields.ts';

type Refused = { readonly error: EngineError };
type Prompt = string | readonly number[];

/** The prompts of a completion, each a text or token ids, or why one of them is refused. */
export function completionPrompts(
  fields: CompletionFields,
  isEchoOnly: boolean,
  context: ApiContext,
): readonly ApiPrompt[] | Refused {
  const all: ApiPrompt[] = [];
  for (const one of listed(fields.prompt)) {
    const prompt = readPrompt(one, isEchoOnly ? { ...fields, max_tokens: 1 } : fields, context);
    if ('error' in prompt) return prompt;
    all.push(prompt);
  }
  if (all.length > 0) return all;
  return { error: badRequest('You must pass at least one prompt') };
}

/** A list of numbers is one prompt; an empty list is none. */
function listed(prompt: CompletionFields['prompt']): readonly Prompt[] {
  if (prompt === undefined || typeof prompt === 'string') return [prompt ?? ''];
  if (prompt.length === 0) return [];
  return typeof prompt[0] === 'number' ? [prompt as number[]] : (prompt as Prompt[]);
}

function readPrompt(
  prompt: Prompt,
  { echo, max_tokens: maxTokens, truncate_prompt_tokens: kept }: CompletionFields,
  { prompts, lengthLimit }: ApiContext,
): ApiPrompt | Refused {
  const isText = typeof prompt === 'string';
  const { size, fromClient } = prompts.ids;
  const whole = isText ? prompts.text(prompt) : Int32Array.from(prompt, fromClient);
  const tokens = truncated(whole, kept, lengthLimit - (maxTokens ?? 0));
  const error = lengthError({ promptTokens: tokens, maxTokens }, lengthLimit, { isCut: isText });
  if (error) return { error };
  const largest = isText ? 0 : prompt.reduce((most, id) => Math.max(most, id), 0);
  if (largest >= size) {
    return { error: badRequest(`Token id ${largest} is out of vocabulary`) };
  }
  return { tokens, echo: echo ? (isText ? prompt : prompts.decode([...tokens])) : undefined };
}
