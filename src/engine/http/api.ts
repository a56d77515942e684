import type { PromptBuilder } from '../prompt/prompt-builder.ts';
import { badRequest, type EngineError } from '../request-error.ts';
import type { EngineRequest } from '../serving.ts';
import {
  type CommonFields,
  chatSchema,
  completionsSchema,
  fieldError,
  promptMessages,
} from './api-fields.ts';

export type Api = 'chat' | 'completions';

/** One API request, understood. */
export interface ApiRequest {
  readonly api: Api;
  readonly model: string | undefined;
  readonly engineRequest: EngineRequest;
  readonly isStreamed: boolean;
  readonly includesUsage: boolean;
  readonly returnsTokenIds: boolean;
  readonly returnsCachedDetails: boolean;
  readonly plantedFault: string | undefined;
}

/** What a request is judged by, besides its body. */
export interface ApiContext {
  readonly prompts: PromptBuilder;
  /** Longest prompt plus answer, tokens. */
  readonly lengthLimit: number;
}

/** OpenAI's default for completions; chat completions go on to the model's length. */
const COMPLETIONS_MAX_TOKENS = 16;

/** Understands a request body; its prompt is tokenized. An error names the field. */
export function readRequest(
  api: Api,
  json: unknown,
  context: ApiContext,
): ApiRequest | { readonly error: EngineError } {
  return api === 'chat' ? readChat(json, context) : readCompletions(json, context);
}

function readChat(json: unknown, context: ApiContext): ReturnType<typeof readRequest> {
  const { data, error } = chatSchema.safeParse(json);
  if (error) return { error: fieldError(error) };
  const maxTokens = data.max_completion_tokens ?? data.max_tokens ?? undefined;
  const promptTokens = context.prompts.chat(promptMessages(data.messages));
  return assemble('chat', data, { maxTokens, promptTokens }, context);
}

function readCompletions(json: unknown, context: ApiContext): ReturnType<typeof readRequest> {
  const { data, error } = completionsSchema.safeParse(json);
  if (error) return { error: fieldError(error) };
  const { prompt } = data;
  const promptTokens =
    typeof prompt === 'string' ? context.prompts.text(prompt) : Int32Array.from(prompt);
  const maxTokens = data.max_tokens ?? COMPLETIONS_MAX_TOKENS;
  return assemble('completions', data, { maxTokens, promptTokens }, context);
}

function assemble(
  api: Api,
  data: CommonFields,
  sizes: Pick<EngineRequest, 'maxTokens' | 'promptTokens'>,
  context: ApiContext,
): ReturnType<typeof readRequest> {
  const error = contradiction(data, sizes, context);
  if (error) return { error };
  return {
    api,
    model: data.model ?? undefined,
    engineRequest: {
      ...sizes,
      minTokens: data.min_tokens ?? undefined,
      ignoreEos: data.ignore_eos ?? undefined,
      salt: data.cache_salt ?? undefined,
      seed: data.seed ?? undefined,
      priority: data.priority ?? undefined,
      session: data.user ?? undefined,
    },
    isStreamed: data.stream ?? false,
    includesUsage: data.stream_options?.include_usage ?? false,
    returnsTokenIds: data.return_token_ids ?? false,
    returnsCachedDetails: data.return_cached_tokens_details ?? false,
    plantedFault: data.confab_fault ?? undefined,
  };
}

/** Fields that are right by themselves, and not together or not for this server; refused as vLLM does. */
function contradiction(
  { min_tokens, stream, stream_options }: CommonFields,
  { maxTokens, promptTokens }: Pick<EngineRequest, 'maxTokens' | 'promptTokens'>,
  { lengthLimit }: ApiContext,
): EngineError | undefined {
  if (stream_options && !stream) {
    return badRequest('Stream options can only be defined when `stream=True`.', 'stream_options');
  }
  const most = maxTokens ?? lengthLimit - promptTokens.length;
  // A prompt that leaves no room is too long, and the engine says so.
  if (!min_tokens || most < 1 || min_tokens <= most) return undefined;
  return badRequest(
    `min_tokens must be less than or equal to max_tokens=${most}, got ${min_tokens}.`,
    'min_tokens',
  );
}
