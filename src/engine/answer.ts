import { below, type Rng, stream } from '../base/random.ts';
import { contentName } from './kv/chain-hash.ts';

export interface AnswerRequest {
  readonly promptTokens: Int32Array;
  readonly maxTokens: number;
  readonly minTokens: number;
  readonly ignoreEos: boolean;
  /** The request's own seed, where it has one. */
  readonly seed: number | undefined;
}

export interface AnswerOptions {
  readonly seed: string | number;
  /** Mean and coefficient of variation of the length, where neither limit nor ignore_eos decides it. */
  readonly answerTokens: number;
  readonly answerCv: number;
  /** Mean length of the reasoning before it, with the same coefficient of variation; 0: none. */
  readonly reasoningTokens: number;
}

export type FinishReason = 'stop' | 'length';

export interface AnswerEnding {
  readonly finishReason: FinishReason;
  /** The stop string or the token id that ended it; absent: its own end, or the limit. */
  readonly stopReason?: string | number | undefined;
  /** Characters at the end of its text that are not told: those of the stop. */
  readonly cutChars?: number | undefined;
}

export interface Answer extends AnswerEnding {
  /** Of words; one beyond the last is the think-open mark, and one further the think-close mark. */
  readonly wordIndexes: Int32Array;
  /** Tokens between the marks. */
  readonly reasoningTokens: number;
}

/**
 * The answer to a request: random words of so many, as indexes. A function of the seeds and the prompt, so that
 * the same request has the same answer under any load, and a longer limit only goes on further with it.
 * Reasoning comes first, between its marks, and is as much part of the sequence and of all limits as
 * the rest: a limit within it leaves no room for content.
 */
export function answer(request: AnswerRequest, options: AnswerOptions, wordCount: number): Answer {
  const { promptTokens, maxTokens, minTokens } = request;
  const name = contentName(promptTokens, promptTokens.length);
  const draws = (part: string) => stream(options.seed, part, ...name, request.seed ?? '');
  const thought = options.reasoningTokens
    ? thoughtIndexes(options, draws('reasoning'), wordCount)
    : NO_THOUGHT;
  const rng = draws('answer');
  const wanted = Math.max(
    thought.length + drawnTokens(options.answerTokens, options.answerCv, rng),
    minTokens,
  );
  const stops = !request.ignoreEos && wanted < maxTokens;
  const wordIndexes = new Int32Array(stops ? wanted : maxTokens);
  wordIndexes.set(thought.subarray(0, wordIndexes.length));
  for (let i = thought.length; i < wordIndexes.length; i++) {
    wordIndexes[i] = below(rng, wordCount);
  }
  return {
    wordIndexes,
    reasoningTokens: Math.max(0, Math.min(thought.length - 2, wordIndexes.length - 1)),
    finishReason: stops ? 'stop' : 'length',
  };
}

const NO_THOUGHT = new Int32Array(0);

/** From a stream of its own, so that the content's words are the same with and without reasoning. */
function thoughtIndexes(options: AnswerOptions, rng: Rng, wordCount: number): Int32Array {
  const count = drawnTokens(options.reasoningTokens, options.answerCv, rng);
  const indexes = Int32Array.from({ length: count + 2 }, () => below(rng, wordCount));
  indexes[0] = wordCount;
  indexes[count + 1] = wordCount + 1;
  return indexes;
}

/** Lognormal with that mean and coefficient of variation, rounded, at least 1. */
function drawnTokens(mean: number, cv: number, rng: Rng): number {
  const variance = Math.log(1 + cv ** 2);
  const normal = Math.sqrt(-2 * Math.log(1 - rng())) * Math.cos(2 * Math.PI * rng());
  return Math.max(1, Math.round(mean * Math.exp(Math.sqrt(variance) * normal - variance / 2)));
}
