import type { Clock } from '../base/clock.ts';
import type { EngineOptions } from '../scenario/engine.ts';
import type { Answer } from './answer.ts';
import { type EngineEvents, tellerOf } from './events.ts';
import { answerTo } from './job.ts';
import { lengthError } from './lengths.ts';
import { THINK_MARKS } from './prompt/thinking.ts';
import type { Word } from './prompt/vocabulary.ts';
import type { EngineEnd, EngineObserver, EngineRequest, ServingEngine } from './serving.ts';

export type FixedLatency = NonNullable<EngineOptions['fixed']>;

interface Job {
  readonly request: EngineRequest;
  readonly observer: EngineObserver;
  timer: unknown;
  isCancelled: boolean;
  isUnderWay: boolean;
}

interface Spoken {
  readonly job: Job;
  readonly reply: Answer;
  readonly queuedMs: number;
  readonly firstMs: number;
}

/** Answers every request after the same time, however many there are, as an engine without limits would. */
export class FixedEngine implements ServingEngine {
  readonly clock: Clock;
  /** Without blocks there is nothing to say about cached tokens. */
  readonly options: EngineOptions;
  readonly lengthLimit: number;
  readonly words: readonly Word[];
  readonly #latency: FixedLatency;
  readonly #vocabulary: readonly Word[];
  readonly #accepted: EngineEvents['accepted'];
  readonly #ended: EngineEvents['ended'];
  #requests = 0;

  constructor(
    clock: Clock,
    options: EngineOptions,
    latency: FixedLatency,
    words: readonly Word[],
    events: readonly EngineEvents[] = [],
  ) {
    this.clock = clock;
    this.options = { ...options, reportCached: false };
    this.lengthLimit = options.maxModelTokens;
    this.#latency = latency;
    this.words = words;
    this.#vocabulary = [...words, ...THINK_MARKS];
    this.#accepted = tellerOf(events, 'accepted');
    this.#ended = tellerOf(events, 'ended');
  }

  submit(request: EngineRequest, observer: EngineObserver): () => void {
    const progress = { timer: undefined, isCancelled: false, isUnderWay: false };
    const job: Job = { request, observer, ...progress };
    job.timer = this.clock.setTimeout(() => this.#begin(job), 0);
    return () => {
      job.isCancelled = true;
      this.clock.clearTimeout(job.timer);
      if (job.isUnderWay) this.#end(job, undefined);
    };
  }

  #begin(job: Job): void {
    const { request, observer } = job;
    const queuedMs = this.clock.now();
    const error = lengthError(request, this.lengthLimit);
    if (error) {
      observer.onError(error, queuedMs);
      return;
    }
    const { options, lengthLimit } = this;
    const vocabulary = this.#vocabulary;
    const { reply, tokens } = answerTo(request, { options, vocabulary, lengthLimit });
    job.isUnderWay = true;
    this.#accepted?.(request, tokens, { request: this.#requests++, session: request.session });
    observer.onQueued?.(queuedMs);
    const { ttftMs, perInputTokenMs } = this.#latency;
    const delayMs = ttftMs + perInputTokenMs * request.promptTokens.length;
    const spoken: Spoken = { job, reply, queuedMs, firstMs: queuedMs + delayMs };
    job.timer = this.clock.setTimeout(() => this.#say(spoken, 0), delayMs);
  }

  /** Says the tokens that are due together, which without latency are all of them, and waits for the next. */
  #say(spoken: Spoken, from: number): void {
    const { job, reply, firstMs } = spoken;
    const nowMs = this.clock.now();
    for (let index = from; index < reply.wordIndexes.length; index++) {
      const dueMs = firstMs + index * this.#latency.tpotMs;
      if (index > from && dueMs > nowMs) {
        job.timer = this.clock.setTimeout(() => this.#say(spoken, index), dueMs - nowMs);
        return;
      }
      const { id, text } = this.#vocabulary[reply.wordIndexes[index]!]!;
      const isLast = index === reply.wordIndexes.length - 1;
      job.observer.onToken(id, text, nowMs, isLast ? reply : undefined);
      if (job.isCancelled) return;
    }
    const end = endOf(spoken, nowMs);
    this.#end(job, end);
    job.observer.onEnd(end, nowMs);
  }

  #end(job: Job, end: EngineEnd | undefined): void {
    job.isUnderWay = false;
    this.#ended?.(job.request, end);
  }
}

function endOf({ job, reply, queuedMs, firstMs }: Spoken, lastTokenMs: number): EngineEnd {
  const { finishReason, stopReason, cutChars } = reply;
  return {
    ...{ finishReason, stopReason, cutChars },
    promptTokens: job.request.promptTokens.length,
    cachedTokens: 0,
    hostTokens: 0,
    storageTokens: 0,
    outputTokens: reply.wordIndexes.length,
    reasoningTokens: reply.reasoningTokens,
    preemptions: 0,
    times: { queuedMs, scheduledMs: queuedMs, firstTokenMs: firstMs, lastTokenMs },
  };
}
