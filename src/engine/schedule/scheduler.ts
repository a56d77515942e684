import type { BlockPool } from '../kv/block-pool.ts';
import { Holdings } from '../kv/holdings.ts';
import { type LoadedFrom, type Offload, ON_THEIR_WAY } from '../kv/offload.ts';
import { Loads } from './loads.ts';
import { type Policy, type PolicyOptions, policyOf } from './policy.ts';
import { emptyLoad, type Sequence, type Step, sumLoad } from './sequence.ts';
import { WaitQueue } from './wait-queue.ts';

export interface SchedulerOptions extends PolicyOptions {
  readonly blockTokens: number;
  /** Token budget of one step. */
  readonly maxBatchedTokens: number;
  readonly maxSeqs: number;
  readonly prefixCaching: boolean;
  readonly isLate?: boolean;
  /** Loads that are complete are seen only where the caller shows them. */
  readonly isPolled?: boolean;
  /** Of a running request, where the policy rotates: tokens that it generates before it must give way. */
  readonly stepsBeforePreemption: number;
}

export interface SchedulerMemory<S extends Sequence = Sequence> {
  readonly pool: BlockPool;
  /** Tiers below the GPU. */
  readonly offload?: Offload | undefined;
  /** It holds blocks, for the first time. */
  readonly onAdmitted?: ((sequence: S) => void) | undefined;
  /** A load has ended: there may be something to schedule now. */
  readonly onLoaded?: ((sequence: S, from: LoadedFrom) => void) | undefined;
}

/** Monotonic counts, named as in vLLM's metrics. */
export interface SchedulerCounters {
  /** Tokens of requests that looked in the prefix cache, at their first admission. */
  prefixQueries: number;
  prefixHits: number;
  preemptions: number;
}

/**
 * Which tokens the next step computes: vLLM v1's scheduler (`v1/core/sched/scheduler.py`). One token
 * budget a step, chunked prefill, no separate phases: running requests in order, then waiting ones. A
 * request is admitted when all blocks of its known tokens fit; the first that does not fit holds up those
 * behind it. When a running request finds no block, the policy's victim gives up all of its own and waits
 * again; its content stays cached while nobody takes the blocks. Where that is the request itself, those behind
 * it still have their step (in vLLM they sit out this one, and have the blocks in the next).
 *
 * Where tiers below the GPU hold more of a request than the GPU does, its blocks are taken and filled
 * from there while others run; it is admitted once the copy is complete. (vLLM takes only the blocks that
 * are loaded. Here all known tokens' are, so that loaded requests cannot block each other for ever.)
 */
export class Scheduler<S extends Sequence> {
  readonly #holdings: Holdings;
  readonly #offload: Offload | undefined;
  readonly #onAdmitted: SchedulerMemory<S>['onAdmitted'];
  readonly #onLoaded: SchedulerMemory<S>['onLoaded'];
  readonly #options: SchedulerOptions;
  readonly #policy: Policy;
  readonly #running: S[] = [];
  readonly #waiting: WaitQueue<S>;
  readonly loads: Loads<S>;
  readonly #step: Step<S> = { rows: [], load: emptyLoad() };
  /** Rows of the step so far; behind them are those of the last one, for an emptied array would be made anew. */
  #rowCount = 0;
  #orders = 0;
  readonly counters: SchedulerCounters = { prefixQueries: 0, prefixHits: 0, preemptions: 0 };

  constructor(
    { pool, offload, onAdmitted, onLoaded }: SchedulerMemory<S>,
    options: SchedulerOptions,
  ) {
    this.#holdings = new Holdings(pool, options);
    this.#offload = offload;
    this.#onAdmitted = onAdmitted;
    this.#onLoaded = onLoaded;
    this.#options = options;
    this.#policy = policyOf(options);
    this.#waiting = new WaitQueue<S>(this.#policy.goesBefore);
    this.loads = new Loads<S>(options.isPolled ?? false);
  }

  get runningCount(): number {
    return this.#running.length;
  }

  get waitingCount(): number {
    return this.#waiting.length + this.loads.length;
  }

  /** Of the waiting, those that wait for their blocks. */
  get deferredCount(): number {
    return this.loads.pending;
  }

  /** The caller has seen that the whole sequence fits an empty pool. */
  enqueue(sequence: S): void {
    sequence.place = 'waiting';
    sequence.order = this.#orders++;
    this.#waiting.add(sequence);
  }

  /** Takes out a sequence that ended or was cancelled; harmless once it is gone. */
  remove(sequence: S): void {
    const { place } = sequence;
    if (place === 'gone') return;
    sequence.place = 'gone';
    if (place === 'waiting') this.#waiting.remove(sequence);
    if (place === 'running') this.#running.splice(this.#running.indexOf(sequence), 1);
    if (place === 'loaded' || place === 'loading') this.loads.remove(sequence);
    // What is being copied must stay where it is until it has been.
    if (sequence.pendingCopies === 0) this.#holdings.release(sequence);
  }

  /** A copy of its blocks to or from a tier below is complete; the last one of a sequence that has ended gives them back. */
  endCopy(sequence: S): void {
    sequence.pendingCopies--;
    if (sequence.place === 'gone' && sequence.pendingCopies === 0) this.#holdings.release(sequence);
  }

  /** The next step; without rows there is nothing to do. The object is used again by the next call. */
  schedule(): Step<S> {
    this.#rowCount = 0;
    this.#rotate();
    const preemptionsBefore = this.counters.preemptions;
    const budget = this.#scheduleRunning();
    const hasPreempted = this.counters.preemptions > preemptionsBefore;
    // Where all gave way there is nothing to wait for: what would be the next step begins at once.
    if (!hasPreempted || this.#rowCount === 0) this.#admit(budget);
    this.#step.rows.length = this.#rowCount;
    sumLoad(this.#step.load, this.#step.rows);
    this.#offload?.flush();
    return this.#step;
  }

  /** Round robin: those that had their share make room for whoever is next, if it needs it. */
  #rotate(): void {
    if (!this.#policy.isRotating) return;
    const next = this.loads.next ?? (this.#waiting.length > 0 ? this.#waiting.at(0) : undefined);
    if (!next) return;
    const { stepsBeforePreemption } = this.#options;
    const hadTheirShare = this.#running.filter(
      ({ knownTokens, admittedTokens }) => knownTokens - admittedTokens >= stepsBeforePreemption,
    );
    // The lookup below walks the whole prompt: not for nothing.
    if (hadTheirShare.length === 0 || this.#isOnItsWay(next)) return;
    while (hadTheirShare.length > 0 && !this.#fits(next)) {
      const [victim] = hadTheirShare.splice(this.#policy.victimOf(hadTheirShare), 1);
      this.#running.splice(this.#running.indexOf(victim!), 1);
      this.#preempt(victim!);
    }
  }

  /** It would not be admitted even with room: another request is loading what it needs. */
  #isOnItsWay(sequence: S): boolean {
    if (!this.#offload || sequence.place !== 'waiting') return false;
    return this.#offload.match(sequence, this.#holdings.lookup(sequence)) === ON_THEIR_WAY;
  }

  /** A loaded sequence has its blocks. */
  #fits(sequence: S): boolean {
    if (this.#running.length >= this.#options.maxSeqs) return false;
    if (sequence.place === 'loaded') return true;
    return this.#holdings.fits(sequence, this.#holdings.lookup(sequence));
  }

  /** Returns what is left of the token budget. */
  #scheduleRunning(): number {
    let budget = this.#options.maxBatchedTokens;
    for (let i = 0; i < this.#running.length && budget > 0; i++) {
      const sequence = this.#running[i]!;
      // Its last token is being computed.
      if (sequence.knownTokens === sequence.tokens.length) continue;
      const count = Math.min(sequence.knownTokens - sequence.computedTokens, budget);
      budget += this.#makeRoom(sequence, sequence.computedTokens + count);
      if (sequence.place !== 'running') {
        // It gave way itself; whoever stands in its place now is next.
        i--;
        continue;
      }
      // Those that gave way may have stood before it.
      while (this.#running[i] !== sequence) i--;
      this.#compute(sequence, count);
      budget -= count;
    }
    return budget;
  }

  /** Preempts until the blocks fit, or until that hits `sequence` itself. Returns the tokens of the step that are free again. */
  #makeRoom(sequence: S, tokens: number): number {
    let refund = 0;
    while (sequence.place === 'running' && this.#holdings.isShort(sequence, tokens)) {
      const [victim] = this.#running.splice(this.#policy.victimOf(this.#running), 1);
      refund += this.#takeOutOfStep(victim!);
      this.#preempt(victim!);
    }
    return refund;
  }

  #takeOutOfStep(victim: S): number {
    const { rows } = this.#step;
    const row = rows.indexOf(victim);
    if (row < 0 || row >= this.#rowCount) return 0;
    rows.copyWithin(row, row + 1, this.#rowCount--);
    return victim.scheduledTokens;
  }

  /** What is being copied from its blocks counts as copied: vLLM waits for it (`handle_preemptions`). */
  #preempt(victim: S): void {
    this.#holdings.release(victim);
    victim.computedTokens = 0;
    victim.offeredChunks = 0;
    victim.place = 'waiting';
    if (this.#policy.isRotating) {
      victim.order = this.#orders++;
      this.#waiting.add(victim);
    } else this.#waiting.addFirst(victim);
    this.counters.preemptions++;
    victim.preemptions++;
  }

  #admit(budget: number): void {
    const { maxSeqs } = this.#options;
    let left = budget;
    while (left > 0 && this.loads.next && this.#running.length < maxSeqs) {
      left -= this.#start(this.loads.takeNext()!, left);
    }
    for (let i = 0; left > 0 && i < this.#waiting.length && this.#running.length < maxSeqs; ) {
      const sequence = this.#waiting.at(i);
      const hits = this.#holdings.lookup(sequence);
      const external = this.#offload?.match(sequence, hits) ?? 0;
      if (external === ON_THEIR_WAY) {
        i++;
        continue;
      }
      if (!this.#holdings.fits(sequence, hits)) return;
      this.#waiting.removeAt(i);
      this.#holdings.hold(sequence, hits);
      const from = external > 0 ? this.#load(sequence, hits, external) : undefined;
      this.#countAdmission(sequence, hits, from);
      if (!from) left -= this.#start(sequence, left);
    }
  }

  /** Returns the tokens that it takes of the budget. */
  #start(sequence: S, budget: number): number {
    sequence.place = 'running';
    sequence.admittedTokens = sequence.knownTokens;
    this.#running.push(sequence);
    const count = Math.min(sequence.knownTokens - sequence.computedTokens, budget);
    this.#compute(sequence, count);
    return count;
  }

  /** Returns in blocks where it comes from. */
  #load(sequence: S, hits: number, external: number): LoadedFrom {
    this.loads.begin(sequence);
    sequence.pendingCopies++;
    const tokens = (hits + external) * this.#options.blockTokens;
    const from = this.#offload!.load(sequence, hits, () =>
      this.#finishLoad(sequence, tokens, from),
    );
    // After the load has begun: what these blocks evict may need room in the tiers below.
    this.#holdings.take(sequence, sequence.knownTokens);
    return from;
  }

  #finishLoad(sequence: S, tokens: number, from: LoadedFrom): void {
    this.#holdings.publish(sequence, tokens);
    this.endCopy(sequence);
    this.loads.end(sequence, tokens);
    this.#onLoaded?.(sequence, from);
  }

  /** Only the first admission counts: what a preempted request finds again is its own. */
  #countAdmission(sequence: S, hits: number, from: LoadedFrom | undefined): void {
    if (sequence.cachedTokens !== undefined) return;
    const { blockTokens, prefixCaching } = this.#options;
    const hitTokens = hits * blockTokens;
    sequence.hostTokens = (from?.hostBlocks ?? 0) * blockTokens;
    sequence.storageTokens = (from?.storageBlocks ?? 0) * blockTokens;
    const externalTokens = sequence.hostTokens + sequence.storageTokens;
    sequence.cachedTokens = hitTokens + externalTokens;
    this.#onAdmitted?.(sequence);
    if (!prefixCaching) return;
    this.counters.prefixQueries += sequence.knownTokens;
    this.counters.prefixHits += hitTokens;
    this.#offload?.countAdmission(sequence.knownTokens - hitTokens, externalTokens);
  }

  /** Puts `count` more tokens into the step. Their full blocks are visible to lookups from now on. */
  #compute(sequence: S, count: number): void {
    const tokens = sequence.computedTokens + count;
    this.#holdings.take(sequence, tokens);
    this.#holdings.publish(sequence, tokens);
    sequence.scheduledTokens = count;
    this.#step.rows[this.#rowCount++] = sequence;
  }
}
