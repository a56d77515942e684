import type { Clock } from '../base/clock.ts';
import type { EngineOptions } from '../scenario/engine.ts';
import { type Answer, answer } from './answer.ts';
import { profileOf, stepMs } from './cost/cost-model.ts';
import { blocksOf, type Profile } from './cost/profiles.ts';
import { BlockPool } from './kv/block-pool.ts';
import { chainNames } from './kv/chain-hash.ts';
import type { OffloadStats } from './kv/offload-stats.ts';
import { badRequest, type EngineError } from './request-error.ts';
import { Scheduler, type SchedulerCounters } from './scheduler.ts';
import type { Sequence, Step, StepLoad } from './sequence.ts';
import { THINK_MARKS } from './thinking.ts';
import type { Word } from './vocabulary.ts';

export interface EngineRequest {
  readonly promptTokens: Int32Array;
  /** undefined: as many as the model's length allows. */
  readonly maxTokens: number | undefined;
  readonly minTokens?: number | undefined;
  readonly ignoreEos?: boolean | undefined;
  /** Isolates the request's cache entries from those of other salts. */
  readonly salt?: string | undefined;
  readonly seed?: number | undefined;
  /** For the policies that go by it. */
  readonly priority?: number | undefined;
  /** Whose request it is, for routing by session. */
  readonly session?: string | undefined;
}

export interface EngineEnd {
  readonly finishReason: Answer['finishReason'];
  readonly promptTokens: number;
  /** Prompt tokens that were not computed at the first admission, wherever they came from. */
  readonly cachedTokens: number;
  /** Those of them that were loaded from host memory, and from storage. */
  readonly hostTokens: number;
  readonly storageTokens: number;
  readonly outputTokens: number;
  /** Those of them that were reasoning. */
  readonly reasoningTokens: number;
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
  onToken(id: number, text: string, atMs: number): void;
  onEnd(end: EngineEnd, atMs: number): void;
  onError(error: EngineError, atMs: number): void;
}

export interface EngineStats extends Readonly<SchedulerCounters> {
  readonly running: number;
  readonly waiting: number;
  /** Share of the blocks that requests hold, 0 to 1; cached blocks that nobody holds are free. */
  readonly kvUsage: number;
  readonly promptTokens: number;
  /** Of those, the tokens that were found on the GPU, and in the tiers below it. */
  readonly localHitTokens: number;
  readonly externalHitTokens: number;
  readonly generatedTokens: number;
  /** undefined without tiers below the GPU. */
  readonly offload: OffloadStats | undefined;
}

interface Job extends Sequence {
  readonly observer: EngineObserver;
  readonly answer: Answer;
  isCancelled: boolean;
  readonly queuedMs: number;
  scheduledMs: number;
  firstTokenMs: number;
}

/** Where requests can be sent in this process: one engine, several behind a router, or a stand-in. */
export interface ServingEngine {
  readonly clock: Clock;
  readonly options: EngineOptions;
  readonly lengthLimit: number;
  /** Returns what cancels the request and frees its blocks; harmless once it is over. */
  submit(request: EngineRequest, observer: EngineObserver): () => void;
}

/** How far behind the wall clock the engine may be and still catch up; beyond that the time is lost. */
const CATCH_UP_MS = 100;

/**
 * A simulated serving engine: the scheduler and the KV cache of vLLM v1, with a cost model in the place
 * of the GPU, one step at a time on the given clock. Deterministic: on a VirtualClock the same
 * submissions give the same tokens at the same times.
 */
export class Engine implements ServingEngine {
  readonly clock: Clock;
  readonly options: EngineOptions;
  /** KV blocks, the null block included. */
  readonly blocks: number;
  /** Longest prompt plus answer: the model's, or what the KV cache can hold. */
  readonly lengthLimit: number;
  readonly #words: readonly Word[];
  /** What an answer's indexes mean: the words, then the marks of reasoning. */
  readonly #vocabulary: readonly Word[];
  readonly #profile: Profile;
  readonly #pool: BlockPool;
  readonly #scheduler: Scheduler<Job>;
  #stepping = false;
  #stepEndMs = 0;
  #promptTokens = 0;
  #localHitTokens = 0;
  #generatedTokens = 0;
  /** Called at the start of every step, with what it computes. */
  onStep: ((load: StepLoad) => void) | undefined;

  /** @throws UsageError for an unknown GPU. */
  constructor(clock: Clock, options: EngineOptions, words: readonly Word[]) {
    this.clock = clock;
    this.options = options;
    this.#words = words;
    this.#vocabulary = [...words, ...THINK_MARKS];
    this.#profile = profileOf(options);
    this.blocks = options.blocks ?? blocksOf(this.#profile, options.blockTokens);
    this.#pool = new BlockPool(this.blocks);
    this.#scheduler = new Scheduler(this.#pool, options);
    const capacity = this.#pool.usableBlocks * options.blockTokens;
    this.lengthLimit = Math.min(options.maxModelTokens, capacity);
  }

  get stats(): EngineStats {
    return {
      ...this.#scheduler.counters,
      running: this.#scheduler.runningCount,
      waiting: this.#scheduler.waitingCount,
      kvUsage: 1 - this.#pool.freeBlocks / this.#pool.usableBlocks,
      promptTokens: this.#promptTokens,
      localHitTokens: this.#localHitTokens,
      externalHitTokens: 0,
      offload: undefined,
      generatedTokens: this.#generatedTokens,
    };
  }

  /** Forgets all cached content; false, and nothing done, while any request holds blocks. */
  resetPrefixCache(): boolean {
    return this.#pool.reset();
  }

  /** Returns what cancels the request and frees its blocks; harmless once it is over. */
  submit(request: EngineRequest, observer: EngineObserver): () => void {
    let job: Job | undefined;
    const arrival = this.clock.setTimeout(() => {
      const error = this.#lengthError(request);
      if (error) return observer.onError(error, this.clock.now());
      job = this.#newJob(request, observer);
      this.#scheduler.enqueue(job);
      observer.onQueued?.(this.clock.now());
      if (!this.#stepping) this.#startStep(this.clock.now());
    }, this.options.apiMs);
    return () => {
      this.clock.clearTimeout(arrival);
      if (!job) return;
      job.isCancelled = true;
      this.#scheduler.remove(job);
    };
  }

  #lengthError({ promptTokens, maxTokens }: EngineRequest): EngineError | undefined {
    const prompt = promptTokens.length;
    if (prompt === 0) return badRequest('The prompt is empty; at least one token is needed.');
    if (prompt + (maxTokens ?? 1) <= this.lengthLimit) return undefined;
    const asked =
      maxTokens === undefined
        ? `your prompt contains ${prompt} input tokens`
        : `you requested ${prompt + maxTokens} tokens (${prompt} in the prompt, ${maxTokens} in the completion)`;
    return badRequest(
      `This model's maximum context length is ${this.lengthLimit} tokens. However, ${asked}. ` +
        'Please reduce the length of the prompt or the completion.',
    );
  }

  #newJob(request: EngineRequest, observer: EngineObserver): Job {
    const { promptTokens } = request;
    const { blockTokens, prefixCaching } = this.options;
    const limits = {
      promptTokens,
      maxTokens: request.maxTokens ?? this.lengthLimit - promptTokens.length,
      minTokens: request.minTokens ?? 0,
      ignoreEos: request.ignoreEos ?? false,
      seed: request.seed,
    };
    const reply = answer(limits, this.options, this.#words);
    const tokens = new Int32Array(promptTokens.length + reply.wordIndexes.length);
    tokens.set(promptTokens);
    reply.wordIndexes.forEach((index, i) => {
      tokens[promptTokens.length + i] = this.#vocabulary[index]!.id;
    });
    return {
      observer,
      answer: reply,
      tokens,
      promptTokens: promptTokens.length,
      names: prefixCaching ? chainNames(tokens, blockTokens, request.salt) : new Int32Array(0),
      blocks: new Int32Array(Math.ceil(tokens.length / blockTokens)),
      blockCount: 0,
      publishedBlocks: 0,
      knownTokens: promptTokens.length,
      computedTokens: 0,
      scheduledTokens: 0,
      cachedTokens: undefined,
      isCancelled: false,
      queuedMs: this.clock.now(),
      scheduledMs: Number.NaN,
      firstTokenMs: Number.NaN,
      place: 'waiting',
    };
  }

  #startStep(startMs: number): void {
    const step = this.#scheduler.schedule();
    this.#stepping = step.rows.length > 0;
    if (!this.#stepping) return;
    for (const job of step.rows) {
      if (Number.isNaN(job.scheduledMs)) job.scheduledMs = startMs;
    }
    this.onStep?.(step.load);
    this.#stepEndMs = startMs + stepMs(this.#profile, step.load);
    const delayMs = Math.max(0, this.#stepEndMs - this.clock.now());
    this.clock.setTimeout(() => this.#endStep(step), delayMs);
  }

  #endStep(step: Step<Job>): void {
    const nowMs = this.clock.now();
    for (const job of step.rows) if (job.place === 'running') this.#advance(job, nowMs);
    // Steps follow each other on the engine's own time, so that late timers do not slow it down.
    this.#startStep(Math.max(this.#stepEndMs, nowMs - CATCH_UP_MS));
  }

  #advance(job: Job, nowMs: number): void {
    job.computedTokens += job.scheduledTokens;
    if (job.computedTokens < job.knownTokens) return;
    const outputIndex = job.knownTokens - job.promptTokens;
    if (outputIndex === 0) {
      this.#promptTokens += job.promptTokens;
      this.#localHitTokens += job.cachedTokens!;
      job.firstTokenMs = nowMs;
    }
    job.knownTokens++;
    this.#generatedTokens++;
    const word = this.#vocabulary[job.answer.wordIndexes[outputIndex]!]!;
    const isLast = job.knownTokens === job.tokens.length;
    if (isLast) this.#scheduler.remove(job);
    job.observer.onToken(word.id, word.text, nowMs);
    if (!isLast || job.isCancelled) return;
    job.observer.onEnd(
      {
        finishReason: job.answer.finishReason,
        promptTokens: job.promptTokens,
        cachedTokens: job.cachedTokens!,
        hostTokens: 0,
        storageTokens: 0,
        outputTokens: outputIndex + 1,
        reasoningTokens: job.answer.reasoningTokens,
        times: {
          queuedMs: job.queuedMs,
          scheduledMs: job.scheduledMs,
          firstTokenMs: job.firstTokenMs,
          lastTokenMs: nowMs,
        },
      },
      nowMs,
    );
  }
}
