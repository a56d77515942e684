import type { EngineOptions } from '../scenario/engine.ts';
import { type Answer, answer } from './answer.ts';
import type { Asker } from './events.ts';
import { chainNames } from './kv/chain-hash.ts';
import { THINK_MARKS } from './prompt/thinking.ts';
import type { Word } from './prompt/vocabulary.ts';
import { badRequest, type EngineError } from './request-error.ts';
import { goesByPriority } from './schedule/policy.ts';
import { newSequence, type Sequence } from './schedule/sequence.ts';
import type { EngineObserver, EngineRequest } from './serving.ts';

/** A request under way: what the scheduler sees of it, and what its client is told. */
export interface Job extends Sequence {
  readonly request: EngineRequest;
  readonly observer: EngineObserver;
  readonly answer: Answer;
  isCancelled: boolean;
  /** Tokens of the answer that its client was told. */
  toldTokens: number;
  /** Tokens of the prompt that the tiers below the GPU have been handed. */
  handedTokens: number;
  readonly queuedMs: number;
  /** Start of the first step that computes any of it; -1 before. */
  scheduledMs: number;
  firstTokenMs: number;
}

export interface JobContext {
  readonly options: EngineOptions;
  /** What an answer's indexes mean: the words, then the marks of reasoning. */
  readonly vocabulary: readonly Word[];
  /** Longest prompt plus answer. */
  readonly lengthLimit: number;
  readonly nowMs: number;
  readonly asker: Asker;
}

/** Why the request is refused, if so; worded as vLLM does. */
export function refusalOf(
  request: EngineRequest,
  policy: EngineOptions['policy'],
  lengthLimit: number,
): EngineError | undefined {
  const { priority } = request;
  if (!priority || goesByPriority(policy)) return lengthError(request, lengthLimit);
  return badRequest(
    `Got priority ${priority} but Priority scheduling is not enabled: this engine's policy is ${policy}.`,
    'priority',
  );
}

/** Why the request cannot be served at all, if so. */
export function lengthError(
  { promptTokens, maxTokens }: EngineRequest,
  lengthLimit: number,
): EngineError | undefined {
  const prompt = promptTokens.length;
  if (prompt === 0) return badRequest('The prompt is empty; at least one token is needed.');
  if (prompt + (maxTokens ?? 1) <= lengthLimit) return undefined;
  const asked =
    maxTokens === undefined
      ? `your prompt contains ${prompt} input tokens`
      : `you requested ${prompt + maxTokens} tokens (${prompt} in the prompt, ${maxTokens} in the completion)`;
  return badRequest(
    `This model's maximum context length is ${lengthLimit} tokens. However, ${asked}. ` +
      'Please reduce the length of the prompt or the completion.',
  );
}

/** What a request that fits will be answered, and the tokens of its prompt and of that. */
export function answerTo(
  request: EngineRequest,
  { options, vocabulary, lengthLimit }: Omit<JobContext, 'nowMs' | 'asker'>,
): { readonly reply: Answer; readonly tokens: Int32Array } {
  const { promptTokens } = request;
  const limits = {
    promptTokens,
    maxTokens: request.maxTokens ?? lengthLimit - promptTokens.length,
    minTokens: request.minTokens ?? 0,
    ignoreEos: request.ignoreEos ?? false,
    seed: request.seed,
  };
  const reply = answer(limits, options, vocabulary.length - THINK_MARKS.length);
  const { wordIndexes } = reply;
  const tokens = new Int32Array(promptTokens.length + wordIndexes.length);
  tokens.set(promptTokens);
  tokens.set(
    wordIndexes.map((index) => vocabulary[index]!.id),
    promptTokens.length,
  );
  return { reply, tokens };
}

/** The job of a request that fits, with all that it will answer. */
export function newJob(request: EngineRequest, observer: EngineObserver, context: JobContext): Job {
  const { promptTokens } = request;
  const { blockTokens, prefixCaching } = context.options;
  const { reply, tokens } = answerTo(request, context);
  return {
    ...newSequence({
      tokens,
      promptTokens: promptTokens.length,
      names: prefixCaching ? chainNames(tokens, blockTokens, request.salt) : new Int32Array(0),
      blockTokens,
      priority: request.priority,
      asker: context.asker,
    }),
    request,
    observer,
    answer: reply,
    isCancelled: false,
    toldTokens: 0,
    handedTokens: 0,
    queuedMs: context.nowMs,
    scheduledMs: -1,
    firstTokenMs: -1,
  };
}
