import type { EngineOptions } from '../../../src/scenario/engine.ts';

export interface ReferenceOptions
  extends Pick<
    EngineOptions,
    | 'policy'
    | 'priorityOrder'
    | 'stepsBeforePreemption'
    | 'blockTokens'
    | 'maxBatchedTokens'
    | 'maxSeqs'
    | 'prefixCaching'
  > {
  /** The null block left out. */
  readonly usableBlocks: number;
}

export interface ReferenceRequest {
  readonly id: number;
  /** Prompt, then answer. */
  readonly tokens: readonly number[];
  readonly promptTokens: number;
  readonly priority: number;
}

/** One block of memory: how many requests use it, and what it holds, if that is of use to others. */
interface Block {
  users: number;
  name: string | undefined;
}

interface State {
  readonly request: ReferenceRequest;
  /** When it came, or when it last gave way in its turn. */
  arrival: number;
  known: number;
  computed: number;
  knownAtAdmission: number;
  blocks: Block[];
  hitTokens: number | undefined;
}

export type Row = readonly [id: number, tokens: number];

/**
 * vLLM v1's scheduler and block pool once more, as plainly as can be, to compare the engine with: arrays that
 * are searched from end to end, and blocks that are called by all the tokens up to their end. Written from the
 * notes on vLLM's source, with nothing of the engine's; slow, and meant to be read.
 */
export class ReferenceScheduler {
  readonly #options: ReferenceOptions;
  /** In the order in which they are taken. */
  readonly #free: Block[];
  /** Blocks with a name, in the order in which they got it; several may have the same. */
  #named: Block[] = [];
  #waiting: State[] = [];
  #running: State[] = [];
  #arrivals = 0;
  #rows: { readonly state: State; readonly tokens: number }[] = [];
  preemptions = 0;
  prefixQueries = 0;
  prefixHits = 0;
  /** Names of content that is lost, in the order of its loss. */
  readonly evicted: string[] = [];

  constructor(options: ReferenceOptions) {
    this.#options = options;
    this.#free = Array.from({ length: options.usableBlocks }, () => ({
      users: 0,
      name: undefined,
    }));
  }

  get freeBlocks(): number {
    return this.#free.length;
  }

  get runningIds(): number[] {
    return this.#running.map(({ request }) => request.id);
  }

  /** In the order in which they would be admitted. */
  get waitingIds(): number[] {
    return this.#queue().map(({ request }) => request.id);
  }

  /** undefined before the first admission. */
  hitTokensOf(id: number): number | undefined {
    return this.#seen.find(({ request }) => request.id === id)?.hitTokens;
  }

  readonly #seen: State[] = [];

  enqueue(request: ReferenceRequest): void {
    const state: State = {
      request,
      arrival: this.#arrivals++,
      known: request.promptTokens,
      computed: 0,
      knownAtAdmission: 0,
      blocks: [],
      hitTokens: undefined,
    };
    this.#waiting.push(state);
    this.#seen.push(state);
  }

  cancel(id: number): void {
    for (const state of [...this.#waiting, ...this.#running]) {
      if (state.request.id === id) this.#end(state);
    }
  }

  /** What the next step computes, in the order in which it was decided. */
  step(): Row[] {
    this.#rows = [];
    this.#takeTurns();
    const before = this.preemptions;
    let budget = this.#options.maxBatchedTokens;
    for (const state of [...this.#running]) {
      if (budget > 0 && this.#running.includes(state)) budget = this.#continue(state, budget);
    }
    // Memory was short: nobody new in this step.
    if (this.preemptions === before) this.#admit(budget);
    return this.#rows.map(({ state, tokens }) => [state.request.id, tokens]);
  }

  /** The step is over: whoever has all its known tokens computed gets one more. */
  finishStep(): void {
    for (const { state, tokens } of this.#rows) {
      if (!this.#running.includes(state)) continue;
      state.computed += tokens;
      if (state.computed < state.known) continue;
      state.known++;
      if (state.known === state.request.tokens.length) this.#end(state);
    }
  }

  /** Takes all blocks, so that whatever was cached is evicted. All requests have ended. */
  drain(): void {
    while (this.#free.length > 0) this.#takeBlock();
  }

  #continue(state: State, budget: number): number {
    const tokens = Math.min(state.known - state.computed, budget);
    let left = budget;
    const isShort = (): boolean =>
      this.#blocksFor(state.computed + tokens) - state.blocks.length > this.#free.length;
    while (this.#running.includes(state) && isShort()) {
      const victim = this.#lastOf(this.#running);
      for (const row of this.#rows) if (row.state === victim) left += row.tokens;
      this.#rows = this.#rows.filter((row) => row.state !== victim);
      this.#preempt(victim);
    }
    // vLLM ends the running part of the step where a request had to give way itself; here the others go on.
    if (!this.#running.includes(state)) return left;
    this.#compute(state, tokens);
    return left - tokens;
  }

  #admit(budget: number): void {
    let left = budget;
    while (left > 0 && this.#waiting.length > 0 && this.#running.length < this.#options.maxSeqs) {
      const state = this.#queue()[0]!;
      const hits = this.#hitsOf(state);
      if (!this.#hasRoom(state, hits)) return;
      this.#waiting = this.#waiting.filter((other) => other !== state);
      this.#running.push(state);
      for (const block of hits) this.#use(block);
      state.blocks = hits;
      state.computed = hits.length * this.#options.blockTokens;
      state.knownAtAdmission = state.known;
      if (state.hitTokens === undefined) {
        state.hitTokens = state.computed;
        if (this.#options.prefixCaching) this.prefixQueries += state.known;
        this.prefixHits += state.computed;
      }
      const tokens = Math.min(state.known - state.computed, left);
      this.#compute(state, tokens);
      left -= tokens;
    }
  }

  /**
   * Round robin: before the step, those that have generated their share since they were admitted give way, the
   * last one first, until the first in the queue has room.
   */
  #takeTurns(): void {
    if (!this.#options.policy.endsWith('round_robin')) return;
    const first = this.#queue()[0];
    if (!first) return;
    let hadTheirShare = this.#running.filter(
      ({ known, knownAtAdmission }) =>
        known - knownAtAdmission >= this.#options.stepsBeforePreemption,
    );
    while (hadTheirShare.length > 0) {
      const isFull = this.#running.length === this.#options.maxSeqs;
      if (!isFull && this.#hasRoom(first, this.#hitsOf(first))) return;
      const victim = this.#lastOf(hadTheirShare);
      hadTheirShare = hadTheirShare.filter((state) => state !== victim);
      this.#preempt(victim);
    }
  }

  #preempt(state: State): void {
    this.preemptions++;
    this.#giveBack(state);
    this.#running = this.#running.filter((other) => other !== state);
    state.computed = 0;
    if (this.#options.policy.endsWith('round_robin')) {
      state.arrival = this.#arrivals++;
      this.#waiting.push(state);
    } else this.#waiting.unshift(state);
  }

  /** By priority and arrival; without priorities as they stand in the queue. */
  #queue(): State[] {
    const { policy, priorityOrder } = this.#options;
    if (!policy.startsWith('priority')) return this.#waiting;
    const sign = priorityOrder === 'lowestFirst' ? 1 : -1;
    return [...this.#waiting].sort(
      (a, b) => sign * (a.request.priority - b.request.priority) || a.arrival - b.arrival,
    );
  }

  /** Who of them is to give way: the least urgent, and of those the last to arrive; or the last admitted. */
  #lastOf(states: readonly State[]): State {
    const { policy, priorityOrder } = this.#options;
    if (!policy.startsWith('priority')) return states.at(-1)!;
    const priorities = states.map(({ request }) => request.priority);
    const least =
      priorityOrder === 'lowestFirst' ? Math.max(...priorities) : Math.min(...priorities);
    const candidates = states.filter(({ request }) => request.priority === least);
    const latest = Math.max(...candidates.map(({ arrival }) => arrival));
    return candidates.find(({ arrival }) => arrival === latest)!;
  }

  #hitsOf(state: State): Block[] {
    const hits: Block[] = [];
    if (!this.#options.prefixCaching) return hits;
    // The last known token is always computed.
    for (let i = 0; (i + 1) * this.#options.blockTokens <= state.known - 1; i++) {
      const name = this.#nameOf(state, i);
      const block = this.#named.find((one) => one.name === name);
      if (!block) break;
      hits.push(block);
    }
    return hits;
  }

  /** Whether all of the known tokens fit, when hits that nobody uses are not free any more. */
  #hasRoom(state: State, hits: readonly Block[]): boolean {
    const unused = hits.filter(({ users }) => users === 0).length;
    return this.#blocksFor(state.known) - hits.length <= this.#free.length - unused;
  }

  /** Content is known to others from here on, before it has been computed. */
  #compute(state: State, tokens: number): void {
    const end = state.computed + tokens;
    while (state.blocks.length < this.#blocksFor(end)) state.blocks.push(this.#takeBlock());
    if (this.#options.prefixCaching) {
      for (let i = 0; (i + 1) * this.#options.blockTokens <= end; i++) {
        const block = state.blocks[i]!;
        if (block.name !== undefined) continue;
        block.name = this.#nameOf(state, i);
        this.#named.push(block);
      }
    }
    this.#rows.push({ state, tokens });
  }

  #takeBlock(): Block {
    const block = this.#free.shift()!;
    const { name } = block;
    if (name !== undefined) {
      block.name = undefined;
      this.#named = this.#named.filter((other) => other !== block);
      if (!this.#named.some((other) => other.name === name)) this.evicted.push(name);
    }
    block.users = 1;
    return block;
  }

  #use(block: Block): void {
    if (block.users === 0) this.#free.splice(this.#free.indexOf(block), 1);
    block.users++;
  }

  /** The tail first; what nobody can hit goes to the front, to be taken next. */
  #giveBack(state: State): void {
    for (const block of state.blocks.reverse()) {
      block.users--;
      if (block.users > 0) continue;
      if (block.name === undefined) this.#free.unshift(block);
      else this.#free.push(block);
    }
    state.blocks = [];
  }

  #end(state: State): void {
    this.#giveBack(state);
    this.#waiting = this.#waiting.filter((other) => other !== state);
    this.#running = this.#running.filter((other) => other !== state);
  }

  #blocksFor(tokens: number): number {
    return Math.ceil(tokens / this.#options.blockTokens);
  }

  #nameOf({ request }: State, index: number): string {
    return request.tokens.slice(0, (index + 1) * this.#options.blockTokens).join(' ');
  }
}
