import { answerLimit } from '../lengths.ts';
import { type EngineError, noSuchModel } from '../request-error.ts';
import type { EngineRequest, StopAt } from '../serving.ts';
import type { ApiContext, ApiPrompt } from './api-context.ts';
import { chatPrompt } from './chat-prompt.ts';
import { completionPrompts } from './completion-prompts.ts';
import {
  type ChatFields,
  type CommonFields,
  type CompletionFields,
  chatRequest,
  completionRequest,
} from './fields/request-fields.ts';
import { brokenRule } from './fields/rules.ts';
import { samplingError } from './fields/sampling.ts';
import { validated } from './fields/validation.ts';

export type Api = 'chat' | 'completions';

/** One API request, understood: an answer for every choice of every prompt. */
export interface ApiRequest {
  readonly api: Api;
  /** Of every prompt, `n` of them. */
  readonly engineRequests: readonly EngineRequest[];
  readonly prompts: readonly ApiPrompt[];
  /** Answers of each prompt. */
  readonly n: number;
  readonly isStreamed: boolean;
  readonly includesUsage: boolean;
  /** Usage so far with every chunk. */
  readonly hasContinuousUsage: boolean;
  readonly returnsTokenIds: boolean;
  readonly returnsCachedDetails: boolean;
  readonly returnsPromptText: boolean;
  /** Only the prompt is wanted back; vLLM has a token drawn all the same. */
  readonly isEchoOnly: boolean;
  readonly logprobs: LogprobsAsked | undefined;
  /** Characters that a stop string may still make of what has come: held back. */
  readonly heldChars: number;
  readonly id: string | undefined;
  readonly plantedFault: string | undefined;
}

export interface LogprobsAsked {
  /** Of how many of the most likely tokens. */
  readonly top: number;
  readonly asIds: boolean;
}

type Refused = { readonly error: EngineError };

/** Understands a request body as vLLM does, in its order; its prompts are tokenized. */
export function readRequest(api: Api, json: unknown, context: ApiContext): ApiRequest | Refused {
  const error = brokenRule(api, json);
  if (error) return { error };
  return api === 'chat' ? readChat(json, context) : readCompletions(json, context);
}

function readChat(json: unknown, context: ApiContext): ApiRequest | Refused {
  const read = validated(chatRequest, json);
  if ('error' in read) return read;
  const fields: ChatFields = read.value;
  const other = otherModel(fields.model, context.model);
  if (other) return { error: other };
  const prompt = chatPrompt(fields, context);
  if ('error' in prompt) return prompt;
  const { max_completion_tokens: newer, top_logprobs: top = 0, logprobs } = fields;
  return assembled('chat', fields, context, {
    prompts: [prompt],
    maxTokens: newer ?? fields.max_tokens,
    n: fields.n ?? 1,
    top: logprobs ? top : undefined,
    returnsPromptText: fields.return_prompt_text ?? false,
  });
}

/** OpenAI's default for completions; chat completions go on to the model's length. */
const COMPLETIONS_MAX_TOKENS = 16;

function readCompletions(json: unknown, context: ApiContext): ApiRequest | Refused {
  const read = validated(completionRequest, json);
  if ('error' in read) return read;
  const fields: CompletionFields = read.value;
  const other = otherModel(fields.model, context.model);
  if (other) return { error: other };
  const isEchoOnly = fields.max_tokens === 0 && fields.echo === true;
  const prompts = completionPrompts(fields, isEchoOnly, context);
  if ('error' in prompts) return prompts;
  return assembled('completions', fields, context, {
    prompts,
    maxTokens: isEchoOnly ? 1 : (fields.max_tokens ?? COMPLETIONS_MAX_TOKENS),
    isEchoOnly,
    n: fields.n,
    top: fields.logprobs,
    returnsPromptText: false,
  });
}

/** The model that is served has one name; none is as good. */
export function otherModel(asked: string | undefined, served: string): EngineError | undefined {
  return asked && asked !== served ? noSuchModel(asked, served) : undefined;
}

interface Asked {
  readonly prompts: readonly ApiPrompt[];
  readonly maxTokens: number | undefined;
  readonly n: number;
  readonly top: number | undefined;
  readonly isEchoOnly?: boolean;
  readonly returnsPromptText: boolean;
}

function assembled(
  api: Api,
  fields: CommonFields,
  context: ApiContext,
  { prompts, maxTokens, n, top, returnsPromptText, isEchoOnly = false }: Asked,
): ApiRequest | Refused {
  const { ids } = context.prompts;
  for (const { tokens } of prompts) {
    const most = answerLimit({ promptTokens: tokens, maxTokens }, context.lengthLimit);
    const judged = { fields, n, maxTokens: most, logprobs: top, vocabularySize: ids.size };
    const error = samplingError(judged);
    if (error) return { error };
  }
  const stop = stopOf(fields, ids.fromClient);
  return {
    ...{ api, prompts, n, returnsPromptText, isEchoOnly },
    engineRequests: prompts.flatMap(({ tokens: promptTokens }) => {
      const family = n > 1 ? { n } : undefined;
      return Array.from({ length: n }, (_, index) => ({
        ...{ promptTokens, maxTokens, stop, family },
        minTokens: fields.min_tokens || undefined,
        ignoreEos: fields.ignore_eos,
        salt: fields.cache_salt,
        seed: seedOf(fields.seed, index),
        priority: fields.priority,
        session: fields.session_id ?? fields.user,
      }));
    }),
    isStreamed: fields.stream ?? false,
    includesUsage: fields.stream_options?.include_usage ?? false,
    hasContinuousUsage:
      (fields.stream_options?.include_usage && fields.stream_options.continuous_usage_stats) ??
      false,
    returnsTokenIds: fields.return_token_ids ?? false,
    returnsCachedDetails: fields.return_cached_tokens_details ?? false,
    logprobs:
      top === undefined ? undefined : { top, asIds: fields.return_tokens_as_token_ids ?? false },
    heldChars: stop && !stop.isIncluded ? longest(stop.strings) - 1 : 0,
    id: fields.request_id,
    plantedFault: fields.confab_fault,
  };
}

/** As vLLM gives them to the sequences of a request; without one the first is as if it were alone. */
function seedOf(seed: number | undefined, index: number): number | undefined {
  if (seed === undefined || seed === -1) return index === 0 ? undefined : index;
  return seed + index;
}

function stopOf(fields: CommonFields, idOf: (id: number) => number): StopAt | undefined {
  const strings = [fields.stop ?? []].flat();
  const tokenIds = (fields.stop_token_ids ?? []).map(idOf);
  if (strings.length + tokenIds.length === 0) return undefined;
  return { strings, tokenIds, isIncluded: fields.include_stop_str_in_output };
}

function longest(strings: readonly string[]): number {
  return Math.max(1, ...strings.map(({ length }) => length));
}
