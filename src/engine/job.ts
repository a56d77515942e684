import type { EngineOptions } from '../scenario/engine.ts';
import { type Answer, answer } from './answer.ts';
import type { Asker } from './events.ts';
import { chainNames } from './kv/chain-hash.ts';
import { answerLimit } from './lengths.ts';
import { THINK_MARKS } from './prompt/thinking.ts';
import type { Word } from './prompt/vocabulary.ts';
import { newSequence, type Sequence } from './schedule/sequence.ts';
import type { EngineObserver, EngineRequest } from './serving.ts';
import { stopped } from './stopping.ts';

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

/** What a request that fits will be answered, and the tokens of its prompt and of that. */
export function answerTo(
  request: EngineRequest,
  { options, vocabulary, lengthLimit }: Omit<JobContext, 'nowMs' | 'asker'>,
): { readonly reply: Answer; readonly tokens: Int32Array } {
  const { promptTokens } = request;
  const limits = {
    promptTokens,
    maxTokens: answerLimit(request, lengthLimit),
    minTokens: request.minTokens ?? 0,
    ignoreEos: request.ignoreEos ?? false,
    seed: request.seed,
  };
  const whole = answer(limits, options, vocabulary.length - THINK_MARKS.length);
  const { stop } = request;
  const reply = stop ? stopped(whole, stop, limits.minTokens, vocabulary) : whole;
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
