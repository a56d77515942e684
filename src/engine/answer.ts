import { below, type Rng, stream } from '../base/random.ts';
import { contentName } from './kv/chain-hash.ts';
import type { Word } from './vocabulary.ts';

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
}

export type FinishReason = 'stop' | 'length';

export interface Answer {
  readonly wordIndexes: Int32Array;
  readonly finishReason: FinishReason;
}

/**
 * The answer to a request: random words, as indexes into `words`. A function of the seeds and the
 * prompt, so that the same request has the same answer under any load, and a longer limit only goes on
 * further with it.
 */
export function answer(
  request: AnswerRequest,
  options: AnswerOptions,
  words: readonly Word[],
): Answer {
  const name = contentName(request.promptTokens, request.promptTokens.length);
  const rng = stream(options.seed, 'answer', ...name, request.seed ?? '');
  const drawn = drawnTokens(options, rng);
  const stops = !request.ignoreEos && Math.max(drawn, request.minTokens) < request.maxTokens;
  const count = stops ? Math.max(drawn, request.minTokens) : request.maxTokens;
  const wordIndexes = new Int32Array(count);
  for (let i = 0; i < count; i++) wordIndexes[i] = below(rng, words.length);
  return { wordIndexes, finishReason: stops ? 'stop' : 'length' };
}

/** Lognormal with that mean and coefficient of variation, rounded, at least 1. */
function drawnTokens({ answerTokens, answerCv }: AnswerOptions, rng: Rng): number {
  const variance = Math.log(1 + answerCv ** 2);
  const normal = Math.sqrt(-2 * Math.log(1 - rng())) * Math.cos(2 * Math.PI * rng());
  const length = answerTokens * Math.exp(Math.sqrt(variance) * normal - variance / 2);
  return Math.max(1, Math.round(length));
}
