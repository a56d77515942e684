import type { Clock } from '../base/clock.ts';
import type { EngineOptions } from '../scenario/engine.ts';
import { stepMs } from './cost/cost-model.ts';
import { blocksOf } from './cost/kv-capacity.ts';
import type { Profile } from './cost/profile.ts';
import { profileOf } from './cost/profile-of.ts';
import { type EngineEvents, tellerOf } from './events.ts';
import { type Job, newJob } from './job.ts';
import type { BlockPool } from './kv/block-pool.ts';
import { kvMemory } from './kv/memory.ts';
import type { LoadedFrom, Offload } from './kv/offload.ts';
import type { OffloadStats } from './kv/offload-stats.ts';
import { lengthError } from './lengths.ts';
import { Primed } from './primed.ts';
import { THINK_MARKS } from './prompt/thinking.ts';
import type { Word } from './prompt/vocabulary.ts';
import { Scheduler, type SchedulerCounters } from './schedule/scheduler.ts';
import type { Sequence } from './schedule/sequence.ts';
import type { EngineEnd, EngineObserver, EngineRequest, ServingEngine } from './serving.ts';

export interface EngineStats extends Readonly<SchedulerCounters> {
  readonly running: number;
  readonly waiting: number;
  /** Of those, the ones whose blocks are on their way from a tier below the GPU. */
  readonly deferred: number;
  /** Requests that were cancelled. */
  readonly cancelled: number;
  /** Share of the blocks that requests hold, 0 to 1; cached blocks that nobody holds are free. */
  readonly kvUsage: number;
  readonly promptTokens: number;
  /** Of those, the tokens that were found on the GPU, and in the tiers below it. */
  readonly localHitTokens: number;
  readonly externalHitTokens: number;
  /** Of the latter, those that host memory did not have. */
  readonly storageHitTokens: number;
  readonly generatedTokens: number;
  /** undefined without tiers below the GPU. */
  readonly offload: OffloadStats | undefined;
}

/** One engine or several, with caches to look into. */
export interface EngineFleet extends ServingEngine {
  readonly engines: readonly Engine[];
  /** Which of them is to serve this request: asked once a request, as routers draw. */
  routed(request: EngineRequest): Engine;
}

export interface EngineParts {
  /** Default: what the options name. */
  readonly profile?: Profile;
  readonly events?: readonly EngineEvents[];
}

/** How far behind the wall clock the engine may be and still catch up; beyond that the time is lost. */
const CATCH_UP_MS = 100;

/**
 * A simulated serving engine: the scheduler and the KV cache of vLLM v1, with a cost model in the place
 * of the GPU, one step at a time on the given clock. Deterministic: on a VirtualClock the same
 * submissions give the same tokens at the same times.
 */
export class Engine implements EngineFleet {
  readonly clock: Clock;
  readonly options: EngineOptions;
  /** KV blocks, the null block included. */
  readonly blocks: number;
  /** Longest prompt plus answer: the model's, or what the KV cache can hold. */
  readonly lengthLimit: number;
  readonly engines: readonly Engine[] = [this];
  readonly words: readonly Word[];
  /** What an answer's indexes mean: the words, then the marks of reasoning. */
  readonly #vocabulary: readonly Word[];
  readonly #profile: Profile;
  readonly #accepted: EngineEvents['accepted'];
  readonly #stepped: EngineEvents['step'];
  readonly #ended: EngineEvents['ended'];
  readonly #pool: BlockPool;
  readonly #offload: Offload | undefined;
  readonly #primed: Primed;
  readonly #scheduler: Scheduler<Job>;
  #stepping = false;
  #rows: readonly Job[] = [];
  /** One for all steps. */
  readonly #onStepEnd = (): void => this.#endStep();
  #stepEndMs = 0;
  #promptTokens = 0;
  #localHitTokens = 0;
  #externalHitTokens = 0;
  #storageHitTokens = 0;
  #generatedTokens = 0;
  #requests = 0;
  #cancelled = 0;

  /** @throws UsageError for a GPU or a model that `profileOf` refuses, or a KV cache of no blocks. */
  constructor(
    clock: Clock,
    options: EngineOptions,
    words: readonly Word[],
    { profile = profileOf(options), events = [] }: EngineParts = {},
  ) {
    this.clock = clock;
    this.options = options;
    this.words = words;
    this.#vocabulary = [...words, ...THINK_MARKS];
    this.#profile = profile;
    this.#accepted = tellerOf(events, 'accepted');
    this.#stepped = tellerOf(events, 'step');
    this.#ended = tellerOf(events, 'ended');
    this.blocks = blocksOf(profile, options);
    const gpu = { ...profile, blocks: this.blocks, blockTokens: options.blockTokens };
    const onStored = (sequence: Sequence): void => {
      this.#scheduler.endCopy(sequence as Job);
      this.#wake();
    };
    const memory = kvMemory(clock, options, gpu, onStored, events);
    this.#pool = memory.pool;
    this.#offload = memory.offload;
    this.#primed = new Primed(options);
    const [admitted, loaded] = [tellerOf(events, 'admitted'), tellerOf(events, 'loaded')];
    const onAdmitted =
      admitted &&
      (({ request, cachedTokens, hostTokens, storageTokens }: Job): void => {
        const externalTokens = hostTokens + storageTokens;
        admitted(request, cachedTokens! - externalTokens, externalTokens);
      });
    const onLoaded = ({ request }: Job, { hostBlocks, storageBlocks }: LoadedFrom): void => {
      loaded?.(request, hostBlocks, storageBlocks);
      this.#wake();
    };
    const isLate = options.defects.lateBlocks;
    this.#scheduler = new Scheduler({ ...memory, onAdmitted, onLoaded }, { ...options, isLate });
    const capacity = this.#pool.usableBlocks * options.blockTokens;
    this.lengthLimit = Math.min(options.maxModelTokens, capacity);
  }

  /** Computed of prompts past their prefill, and generated; as in `stats`, at no cost. */
  get tokens(): number {
    return (
      this.#promptTokens - this.#localHitTokens - this.#externalHitTokens + this.#generatedTokens
    );
  }

  get stats(): EngineStats {
    return {
      ...this.#scheduler.counters,
      running: this.#scheduler.runningCount,
      waiting: this.#scheduler.waitingCount,
      deferred: this.#scheduler.deferredCount,
      cancelled: this.#cancelled,
      kvUsage: 1 - this.#pool.freeBlocks / this.#pool.usableBlocks,
      promptTokens: this.#promptTokens,
      localHitTokens: this.#localHitTokens,
      externalHitTokens: this.#externalHitTokens,
      storageHitTokens: this.#storageHitTokens,
      offload: this.#offload?.stats,
      generatedTokens: this.#generatedTokens,
    };
  }

  /** Forgets what the GPU has cached, and the tiers below it; false, and nothing done, while any request holds blocks. */
  resetPrefixCache({ withTiers = false } = {}): boolean {
    const isDone = this.#pool.reset();
    if (isDone && withTiers) this.#offload?.reset();
    return isDone;
  }

  /** Returns what cancels the request and frees its blocks; harmless once it is over. */
  submit(request: EngineRequest, observer: EngineObserver): () => void {
    let job: Job | undefined;
    const arrival = this.clock.setTimeout(() => {
      const nowMs = this.clock.now();
      const { options, lengthLimit } = this;
      const error = lengthError(request, lengthLimit);
      if (error) return observer.onError(error, nowMs);
      const vocabulary = this.#vocabulary;
      const asker = { request: this.#requests++, session: request.session };
      job = newJob(request, observer, { options, vocabulary, lengthLimit, nowMs, asker });
      this.#accepted?.(request, job.tokens, asker);
      if (this.#primed.includes(request)) {
        this.#pool.insert(job.names, Math.floor(job.promptTokens / options.blockTokens), asker);
      }
      this.#scheduler.enqueue(job);
      observer.onQueued?.(nowMs);
      this.#wake();
    }, this.options.apiMs);
    return () => {
      this.clock.clearTimeout(arrival);
      if (!job) return;
      job.isCancelled = true;
      if (job.place === 'gone') return;
      this.#cancelled++;
      this.#scheduler.remove(job);
      this.#ended?.(request, undefined);
      // It may have held up others, and there may be no step under way at whose end they would be seen.
      this.#wake();
    };
  }

  routed(): Engine {
    return this;
  }

  #wake(): void {
    if (!this.#stepping) this.#startStep(this.clock.now());
  }

  #startStep(startMs: number): void {
    const { rows, load } = this.#scheduler.schedule();
    this.#rows = rows;
    this.#stepping = rows.length > 0;
    if (!this.#stepping) return;
    for (const job of rows) {
      // On the wall clock a step can begin, on the engine's time, before the request came that it serves.
      if (job.scheduledMs < 0) job.scheduledMs = Math.max(startMs, job.queuedMs);
    }
    this.#stepped?.(this.tokens);
    this.#stepEndMs = startMs + stepMs(this.#profile, load);
    const delayMs = Math.max(0, this.#stepEndMs - this.clock.now());
    this.clock.setTimeout(this.#onStepEnd, delayMs);
  }

  #endStep(): void {
    const nowMs = this.clock.now();
    for (const job of this.#rows) if (job.place === 'running') this.#advance(job, nowMs);
    // Steps follow each other on the engine's own time, so that late timers do not slow it down.
    this.#startStep(Math.max(this.#stepEndMs, nowMs - CATCH_UP_MS));
  }

  #advance(job: Job, nowMs: number): void {
    job.computedTokens += job.scheduledTokens;
    this.#offload?.computed(job);
    if (job.computedTokens < job.knownTokens) return;
    const outputIndex = job.knownTokens - job.promptTokens;
    if (outputIndex === 0) {
      this.#promptTokens += job.promptTokens;
      const externalTokens = job.hostTokens + job.storageTokens;
      this.#localHitTokens += job.cachedTokens! - externalTokens;
      this.#externalHitTokens += externalTokens;
      this.#storageHitTokens += job.storageTokens;
      job.firstTokenMs = nowMs;
    }
    job.knownTokens++;
    this.#generatedTokens++;
    const word = this.#vocabulary[job.answer.wordIndexes[outputIndex]!]!;
    const isLast = job.knownTokens === job.tokens.length;
    if (isLast) this.#scheduler.remove(job);
    job.observer.onToken(word.id, word.text, nowMs, isLast ? job.answer : undefined);
    if (isLast) this.#finish(job, nowMs);
  }

  #finish(job: Job, nowMs: number): void {
    const end = endOf(job, nowMs);
    this.#ended?.(job.request, end);
    if (!job.isCancelled) job.observer.onEnd(end, nowMs);
  }
}

function endOf(job: Job, lastTokenMs: number): EngineEnd {
  const { answer, promptTokens, cachedTokens, hostTokens, storageTokens } = job;
  const { preemptions, queuedMs, scheduledMs, firstTokenMs } = job;
  const { finishReason, stopReason, cutChars } = answer;
  return {
    ...{ finishReason, stopReason, cutChars },
    promptTokens,
    cachedTokens: cachedTokens!,
    hostTokens,
    storageTokens,
    outputTokens: answer.wordIndexes.length,
    reasoningTokens: answer.reasoningTokens,
    preemptions,
    times: { queuedMs, scheduledMs, firstTokenMs, lastTokenMs },
  };
}
