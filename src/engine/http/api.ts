import { z } from 'zod';
import type { EngineRequest } from '../engine.ts';
import type { PromptBuilder } from '../prompt.ts';
import { badRequest, type EngineError } from '../request-error.ts';

const count = z.int().min(1);
const number = z.number().nullish();

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
  /** Accepted, and without effect: requests are served in order of arrival. */
  priority: z.int().nullish(),
  temperature: number,
  top_p: number,
  confab_fault: z.string().nullish(),
};

const textPart = z.object({ type: z.literal('text'), text: z.string() });
const message = z.object({
  role: z.string(),
  content: z
    .union([z.string(), z.array(textPart)], { error: 'expected a string or a list of text parts' })
    .nullish(),
});
const chatSchema = z.object({
  ...common,
  messages: z.array(message).min(1),
  max_completion_tokens: count.nullish(),
});
const completionsSchema = z.object({
  ...common,
  prompt: z.union([z.string(), z.array(z.int().min(0))], {
    error: 'expected a string or a list of token ids',
  }),
});

export type Api = 'chat' | 'completions';

/** One API request, understood. */
export interface ApiRequest {
  readonly api: Api;
  readonly model: string | undefined;
  readonly engineRequest: EngineRequest;
  readonly isStreamed: boolean;
  readonly includesUsage: boolean;
  readonly plantedFault: string | undefined;
}

/** OpenAI's default for completions; chat completions go on to the model's length. */
const COMPLETIONS_MAX_TOKENS = 16;

/** Reads a request body as JSON, checks it and tokenizes the prompt. An error names the field. */
export function readRequest(
  api: Api,
  body: string,
  prompts: PromptBuilder,
): ApiRequest | { readonly error: EngineError } {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch (error) {
    return { error: badRequest(`The body is not JSON: ${(error as Error).message}`) };
  }
  return api === 'chat' ? readChat(json, prompts) : readCompletions(json, prompts);
}

function readChat(json: unknown, prompts: PromptBuilder): ReturnType<typeof readRequest> {
  const { data, error } = chatSchema.safeParse(json);
  if (error) return { error: fieldError(error) };
  const messages = data.messages.map(({ role, content }) => ({ role, text: textOf(content) }));
  const maxTokens = data.max_completion_tokens ?? data.max_tokens ?? undefined;
  return assemble('chat', data, maxTokens, () => prompts.chat(messages));
}

function readCompletions(json: unknown, prompts: PromptBuilder): ReturnType<typeof readRequest> {
  const { data, error } = completionsSchema.safeParse(json);
  if (error) return { error: fieldError(error) };
  const { prompt } = data;
  return assemble('completions', data, data.max_tokens ?? COMPLETIONS_MAX_TOKENS, () =>
    typeof prompt === 'string' ? prompts.text(prompt) : Int32Array.from(prompt),
  );
}

function textOf(content: z.infer<typeof message>['content']): string {
  if (typeof content === 'string') return content;
  return (content ?? []).map((part) => part.text).join('');
}

type Common = z.infer<z.ZodObject<typeof common>>;

function assemble(
  api: Api,
  data: Common,
  maxTokens: number | undefined,
  promptTokens: () => Int32Array,
): ReturnType<typeof readRequest> {
  const minTokens = data.min_tokens ?? undefined;
  if (minTokens !== undefined && minTokens > (maxTokens ?? Infinity)) {
    const message = `min_tokens must be less than or equal to max_tokens=${maxTokens}, got ${minTokens}.`;
    return { error: badRequest(message, 'min_tokens') };
  }
  if (data.stream_options && !data.stream) {
    const message = 'Stream options can only be defined when `stream=True`.';
    return { error: badRequest(message, 'stream_options') };
  }
  return {
    api,
    model: data.model ?? undefined,
    engineRequest: {
      promptTokens: promptTokens(),
      maxTokens,
      minTokens,
      ignoreEos: data.ignore_eos ?? undefined,
      salt: data.cache_salt ?? undefined,
      seed: data.seed ?? undefined,
    },
    isStreamed: data.stream ?? false,
    includesUsage: data.stream_options?.include_usage ?? false,
    plantedFault: data.confab_fault ?? undefined,
  };
}

/** The first problem: the others often follow from it. */
function fieldError(error: z.ZodError): EngineError {
  const issue = error.issues[0]!;
  const field = issue.path.join('.') || 'body';
  return badRequest(`${field}: ${issue.message}`, field);
}
