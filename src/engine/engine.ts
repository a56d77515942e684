import type { Clock } from '../base/clock.ts';
import type { EngineOptions } from '../scenario/engine.ts';
import { stepCost } from './cost/cost-model.ts';
import { furtherOf } from './cost/further.ts';
import { blocksOf } from './cost/kv-capacity.ts';
import { launchCost } from './cost/launch.ts';
import type { Profile } from './cost/profile.ts';
import { profileOf } from './cost/profile-of.ts';
import { type EngineEvents, tellerOf } from './events.ts';
import { Front } from './front.ts';
import { HandedOver } from './handed-over.ts';
import { type Job, newJob } from './job.ts';
import type { BlockPool } from './kv/block-pool.ts';
import { kvMemory } from './kv/memory.ts';
import type { LoadedFrom, Offload } from './kv/offload.ts';
import type { OffloadStats } from './kv/offload-stats.ts';
import { lengthError } from './lengths.ts';
import { Pipelined } from './pipelined.ts';
import { Primed } from './primed.ts';
import { THINK_MARKS } from './prompt/thinking.ts';
import type { Word } from './prompt/vocabulary.ts';
import { Scheduler, type SchedulerCounters } from './schedule/scheduler.ts';
import type { Sequence } from './schedule/sequence.ts';
import type { EngineEnd, EngineObserver, EngineRequest, ServingEngine } from './serving.ts';
import { InTurn, type Stepping } from './stepping.ts';

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
  readonly #front: Front;
  readonly #accepted: EngineEvents['accepted'];
  readonly #stepped: EngineEvents['step'];
  readonly #ended: EngineEvents['ended'];
  readonly #pool: BlockPool;
  readonly #offload: Offload | undefined;
  readonly #primed: Primed;
  readonly #handedOver: HandedOver;
  readonly #scheduler: Scheduler<Job>;
  readonly #stepping: Stepping;
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
    const further = furtherOf(profile);
    this.#front = new Front(clock, { ...further, apiMs: options.apiMs ?? further.apiMs });
    this.#accepted = tellerOf(events, 'accepted');
    this.#stepped = tellerOf(events, 'step');
    this.#ended = tellerOf(events, 'ended');
    this.blocks = blocksOf(profile, options);
    const gpu = { ...profile, blocks: this.blocks, blockTokens: options.blockTokens };
    const onStored = (sequence: Sequence): void => {
      this.#scheduler.endCopy(sequence as Job);
      this.#stepping.wake();
    };
    const memory = kvMemory(clock, options, gpu, onStored, events);
    this.#pool = memory.pool;
    this.#offload = memory.offload;
    this.#primed = new Primed(options);
    this.#handedOver = new HandedOver(this.#offload ? further.storeTokenUs : 0);
    const [admitted, loaded] = [tellerOf(events, 'admitted'), tellerOf(events, 'loaded')];
    const onAdmitted =
      admitted &&
      (({ request, cachedTokens, hostTokens, storageTokens }: Job): void => {
        const externalTokens = hostTokens + storageTokens;
        admitted(request, cachedTokens! - externalTokens, externalTokens);
      });
    const onLoaded = ({ request }: Job, { hostBlocks, storageBlocks }: LoadedFrom): void => {
      loaded?.(request, hostBlocks, storageBlocks);
      this.#stepping.wake();
    };
    const isLate = options.defects.lateBlocks;
    const isPolled = further.asyncScheduling;
    this.#scheduler = new Scheduler(
      { ...memory, onAdmitted, onLoaded },
      { ...options, isLate, isPolled },
    );
    const cost = stepCost(profile);
    this.#stepping = new (further.asyncScheduling ? Pipelined : InTurn)({
      ...{ clock, cost, scheduler: this.#scheduler },
      launchMs: launchCost(cost, further, options.seed),
      handOverMs: () => this.#handedOver.takeMs(),
      begun: (rows, startMs) => this.#begin(rows, startMs),
      computed: (job, tokens) => this.#offload?.computed(job, tokens),
      sampled: (job, atMs) => this.#tell(job, atMs),
      ended: () => this.#stepped?.(this.tokens),
    });
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
  submit(request: EngineRequest, client: EngineObserver): () => void {
    const observer = this.#front.heard(client);
    let job: Job | undefined;
    const giveUp = this.#front.take(request.promptTokens.length, () => {
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
      this.#stepping.wake();
    });
    return () => {
      giveUp();
      observer.cancel?.();
      if (!job) return;
      job.isCancelled = true;
      if (job.place === 'gone') return;
      this.#cancelled++;
      this.#scheduler.remove(job);
      this.#ended?.(request, undefined);
      // It may have held up others, and there may be no step under way at whose end they would be seen.
      this.#stepping.wake();
    };
  }

  routed(): Engine {
    return this;
  }

  #begin(rows: readonly Job[], startMs: number): void {
    for (const job of rows) {
      // On the wall clock a step can begin, on the engine's time, before the request came that it serves.
      this.#handedOver.add(job);
      if (job.scheduledMs < 0) job.scheduledMs = Math.max(startMs, job.queuedMs);
    }
  }

  /** It has another token. */
  #tell(job: Job, nowMs: number): void {
    const outputIndex = job.toldTokens++;
    if (outputIndex === 0) {
      this.#promptTokens += job.promptTokens;
      const externalTokens = job.hostTokens + job.storageTokens;
      this.#localHitTokens += job.cachedTokens! - externalTokens;
      this.#externalHitTokens += externalTokens;
      this.#storageHitTokens += job.storageTokens;
      job.firstTokenMs = nowMs;
    }
    this.#generatedTokens++;
    const { wordIndexes } = job.answer;
    const word = this.#vocabulary[wordIndexes[outputIndex]!]!;
    const isLast = job.toldTokens === wordIndexes.length;
    if (isLast) this.#scheduler.remove(job);
    job.observer.onToken(word.id, word.text, nowMs, isLast ? job.answer : undefined);
    this.#front.sent(1);
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
