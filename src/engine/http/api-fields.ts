import { z } from 'zod';
import { TEMPLATE_ID_MIN } from '../prompt/prompt-builder.ts';
import type { PromptMessage } from '../prompt/prompt-message.ts';
import { badRequest, type EngineError } from '../request-error.ts';

const count = z.int().min(1);

/** Those below 0 are the chat template's: what /tokenize gives is accepted as a prompt, but for tokens of defects. */
export const tokenId = z
  .int()
  .min(TEMPLATE_ID_MIN)
  .max(2 ** 31 - 1);

const common = {
  model: z.string().nullish(),
  max_tokens: count.nullish(),
  min_tokens: z.int().min(0).nullish(),
  ignore_eos: z.boolean().nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  n: z.literal(1, { error: 'only 1 is supported' }).nullish(),
  seed: z.int().nullish(),
  cache_salt: z.string().min(1).nullish(),
  priority: z.int().nullish(),
  /** Accepted, and without effect: answers do not depend on them. */
  temperature: z.number().min(0).nullish(),
  top_p: z.number().gt(0).max(1).nullish(),
  user: z.string().nullish(),
  /** vLLM's: the ids of the prompt and of every token. */
  return_token_ids: z.boolean().nullish(),
  /** SGLang's: where the cached tokens were. */
  return_cached_tokens_details: z.boolean().nullish(),
  confab_fault: z.string().nullish(),
};

const textPart = z.object({ type: z.literal('text'), text: z.string() });
const message = z.object({
  role: z.string(),
  content: z
    .union([z.string(), z.array(textPart)], { error: 'expected a string or a list of text parts' })
    .nullish(),
});
export const messages = z.array(message).min(1);
export const chatSchema = z.object({
  ...common,
  messages,
  max_completion_tokens: count.nullish(),
});
export const completionsSchema = z.object({
  ...common,
  prompt: z.union([z.string(), z.array(tokenId)], {
    error: 'expected a string or a list of token ids',
  }),
});

export type CommonFields = z.infer<z.ZodObject<typeof common>>;

/** The messages as the chat template needs them. */
export function promptMessages(list: z.infer<typeof messages>): PromptMessage[] {
  return list.map(({ role, content }) => ({ role, text: textOf(content) }));
}

function textOf(content: z.infer<typeof message>['content']): string {
  if (typeof content === 'string') return content;
  return (content ?? []).map((part) => part.text).join('');
}

/** The first problem: the others often follow from it. */
export function fieldError(error: z.ZodError): EngineError {
  const issue = error.issues[0]!;
  const field = issue.path.join('.') || 'body';
  return badRequest(`${field}: ${issue.message}`, field);
}
