import type { Clock } from '../base/clock.ts';
import type { EngineOptions } from '../scenario/engine.ts';
import type { AnswerEnding } from './answer.ts';
import type { Word } from './prompt/vocabulary.ts';
import type { EngineError } from './request-error.ts';

export interface EngineRequest {
  readonly promptTokens: Int32Array;
  /** undefined: as many as the model's length allows, which they never go beyond. */
  readonly maxTokens: number | undefined;
  readonly minTokens?: number | undefined;
  readonly ignoreEos?: boolean | undefined;
  /** What ends the answer when it comes. */
  readonly stop?: StopAt | undefined;
  /** Isolates the request's cache entries from those of other salts. */
  readonly salt?: string | undefined;
  readonly seed?: number | undefined;
  /** For the policies that go by it. */
  readonly priority?: number | undefined;
  /** The answers that one prompt is to have, of which this is one: the same object for all of them. */
  readonly family?: { readonly n: number } | undefined;
  /** Whose request it is, for routing by session. */
  readonly session?: string | undefined;
}

export interface StopAt {
  readonly strings: readonly string[];
  readonly tokenIds: readonly number[];
  /** The answer includes what it was stopped at. */
  readonly isIncluded: boolean;
}

export interface EngineEnd extends AnswerEnding {
  readonly promptTokens: number;
  /** Prompt tokens that were not computed at the first admission, wherever they came from. */
  readonly cachedTokens: number;
  /** Those of them that were loaded from host memory, and from storage. */
  readonly hostTokens: number;
  readonly storageTokens: number;
  readonly outputTokens: number;
  /** Those of them that were reasoning. */
  readonly reasoningTokens: number;
  /** How often it gave up its blocks and had to begin again. */
  readonly preemptions: number;
  readonly times: EngineTimes;
}

/** When things happened to a request, milliseconds on the engine's clock. */
export interface EngineTimes {
  readonly queuedMs: number;
  /** First admission to a step. */
  readonly scheduledMs: number;
  readonly firstTokenMs: number;
  readonly lastTokenMs: number;
}

/**
 * Called on the clock, never from within `submit`: onQueued, then onToken any number of times, then
 * onEnd; or onError alone. Nothing is called after the request was cancelled.
 */
export interface EngineObserver {
  /** The request is valid, and waits for the scheduler from now on. */
  onQueued?(atMs: number): void;
  /** `ending` comes with the last token. */
  onToken(id: number, text: string, atMs: number, ending?: AnswerEnding): void;
  onEnd(end: EngineEnd, atMs: number): void;
  onError(error: EngineError, atMs: number): void;
}

/** Where requests can be sent in this process: one engine, several behind a router, or a stand-in. */
export interface ServingEngine {
  readonly clock: Clock;
  readonly options: EngineOptions;
  readonly lengthLimit: number;
  /** What answers are made of, each as likely as any other. */
  readonly words: readonly Word[];
  /** Returns what cancels the request and frees its blocks; harmless once it is over. */
  submit(request: EngineRequest, observer: EngineObserver): () => void;
}
