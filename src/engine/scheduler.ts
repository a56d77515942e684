import type { BlockPool } from './kv/block-pool.ts';
import { addRow, emptyLoad, type Sequence, type Step } from './sequence.ts';

export interface SchedulerOptions {
  readonly blockTokens: number;
  /** Token budget of one step. */
  readonly maxBatchedTokens: number;
  readonly maxSeqs: number;
  readonly prefixCaching: boolean;
}

/** Monotonic counts, named as in vLLM's metrics. */
export interface SchedulerCounters {
  /** Tokens of requests that looked in the prefix cache, at their first admission. */
  prefixQueries: number;
  prefixHits: number;
  preemptions: number;
}

/**
 * Which tokens the next step computes: vLLM v1's first-come-first-served scheduler
 * (`v1/core/sched/scheduler.py`). One token budget a step, chunked prefill, no separate phases:
 * running requests in order, then waiting ones. A request is admitted when all blocks of its known
 * tokens fit; the first that does not fit holds up those behind it. When a running request finds no
 * block, the last admitted one gives up all of its own, and starts again at the head of the queue;
 * its content stays cached while nobody takes the blocks.
 */
export class Scheduler<S extends Sequence> {
  readonly #pool: BlockPool;
  readonly #options: SchedulerOptions;
  readonly #running: S[] = [];
  readonly #waiting: S[] = [];
  readonly #step: Step<S> = { rows: [], load: emptyLoad() };
  readonly counters: SchedulerCounters = { prefixQueries: 0, prefixHits: 0, preemptions: 0 };

  constructor(pool: BlockPool, options: SchedulerOptions) {
    this.#pool = pool;
    this.#options = options;
  }

  get runningCount(): number {
    return this.#running.length;
  }

  get waitingCount(): number {
    return this.#waiting.length;
  }

  /** The caller has seen that the whole sequence fits an empty pool. */
  enqueue(sequence: S): void {
    sequence.place = 'waiting';
    this.#waiting.push(sequence);
  }

  /** Takes out a sequence that ended or was cancelled; harmless once it is gone. */
  remove(sequence: S): void {
    if (sequence.place === 'gone') return;
    const queue = sequence.place === 'running' ? this.#running : this.#waiting;
    queue.splice(queue.indexOf(sequence), 1);
    this.#releaseBlocks(sequence);
    sequence.place = 'gone';
  }

  /** The next step; without rows there is nothing to do. The object is used again by the next call. */
  schedule(): Step<S> {
    this.#step.rows = [];
    this.#step.load = emptyLoad();
    const preemptionsBefore = this.counters.preemptions;
    const budget = this.#scheduleRunning();
    if (this.counters.preemptions === preemptionsBefore) this.#admit(budget);
    return this.#step;
  }

  /** Returns what is left of the token budget. */
  #scheduleRunning(): number {
    let budget = this.#options.maxBatchedTokens;
    for (let i = 0; i < this.#running.length && budget > 0; i++) {
      const sequence = this.#running[i]!;
      const count = Math.min(sequence.knownTokens - sequence.computedTokens, budget);
      if (!this.#makeRoom(sequence, sequence.computedTokens + count)) break;
      this.#compute(sequence, count);
      budget -= count;
    }
    return budget;
  }

  /** Preempts from the end of the running list until the blocks fit; false if that hit `sequence` itself. */
  #makeRoom(sequence: S, tokens: number): boolean {
    const needed = this.#blocksFor(tokens) - sequence.blockCount;
    while (needed > this.#pool.freeBlocks) {
      const victim = this.#running.pop()!;
      this.#preempt(victim);
      if (victim === sequence) return false;
    }
    return true;
  }

  #preempt(victim: S): void {
    this.#releaseBlocks(victim);
    victim.computedTokens = 0;
    victim.place = 'waiting';
    this.#waiting.unshift(victim);
    this.counters.preemptions++;
  }

  #admit(budget: number): void {
    const { maxSeqs, blockTokens } = this.#options;
    while (budget > 0 && this.#waiting.length > 0 && this.#running.length < maxSeqs) {
      const sequence = this.#waiting[0]!;
      const hits = this.#lookup(sequence);
      const needed = this.#blocksFor(sequence.knownTokens) - hits;
      if (needed + this.#pool.freeAmong(sequence.blocks, hits) > this.#pool.freeBlocks) return;
      this.#waiting.shift();
      this.#running.push(sequence);
      sequence.place = 'running';
      // Hits are referenced before new blocks are taken, so that they are not evicted for their own request.
      this.#pool.touch(sequence.blocks, hits);
      sequence.blockCount = hits;
      sequence.publishedBlocks = hits;
      sequence.computedTokens = hits * blockTokens;
      this.#countAdmission(sequence);
      const count = Math.min(sequence.knownTokens - sequence.computedTokens, budget);
      this.#compute(sequence, count);
      budget -= count;
    }
  }

  /** Full blocks at the start of the sequence that are cached. The last known token is always computed. */
  #lookup(sequence: S): number {
    if (!this.#options.prefixCaching) return 0;
    const limit = Math.floor((sequence.knownTokens - 1) / this.#options.blockTokens);
    return this.#pool.lookup(sequence.names, limit, sequence.blocks);
  }

  #countAdmission(sequence: S): void {
    if (sequence.cachedTokens !== undefined) return;
    sequence.cachedTokens = sequence.computedTokens;
    if (!this.#options.prefixCaching) return;
    this.counters.prefixQueries += sequence.knownTokens;
    this.counters.prefixHits += sequence.cachedTokens;
  }

  /** Puts `count` more tokens into the step. Their full blocks are visible to lookups from now on. */
  #compute(sequence: S, count: number): void {
    const tokens = sequence.computedTokens + count;
    const held = this.#blocksFor(tokens);
    this.#pool.take(sequence.blocks, sequence.blockCount, held);
    sequence.blockCount = held;
    if (this.#options.prefixCaching) {
      const full = Math.floor(tokens / this.#options.blockTokens);
      this.#pool.publish(sequence.blocks, sequence.names, sequence.publishedBlocks, full);
      sequence.publishedBlocks = full;
    }
    sequence.scheduledTokens = count;
    this.#step.rows.push(sequence);
    addRow(this.#step.load, sequence);
  }

  #releaseBlocks(sequence: S): void {
    this.#pool.release(sequence.blocks, sequence.blockCount);
    sequence.blockCount = 0;
    sequence.publishedBlocks = 0;
  }

  #blocksFor(tokens: number): number {
    return Math.ceil(tokens / this.#options.blockTokens);
  }
}
