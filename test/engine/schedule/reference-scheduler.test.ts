import fc from 'fast-check';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../../src/base/clock.ts';
import type { Memory } from '../../../src/engine/events.ts';
import { BlockPool } from '../../../src/engine/kv/block-pool.ts';
import { chainNames } from '../../../src/engine/kv/chain-hash.ts';
import { Scheduler } from '../../../src/engine/schedule/scheduler.ts';
import { newSequence, type Sequence } from '../../../src/engine/schedule/sequence.ts';
import { tries } from '../../support/tries.ts';
import { type ReferenceRequest, ReferenceScheduler } from './reference-scheduler.ts';

// Prompts over two tokens share prefixes of any length, and answers do with prompts.
const request = fc.record({
  prompt: fc.array(fc.constantFrom(7, 8), { minLength: 1, maxLength: 40 }),
  answer: fc.array(fc.constantFrom(7, 8), { minLength: 1, maxLength: 14 }),
  priority: fc.nat(2),
  arrivalStep: fc.nat(12),
  cancelStep: fc.option(fc.nat(60), { nil: undefined, freq: 4 }),
  /** Before the step is scheduled, or while it is computed. */
  cancelsBefore: fc.boolean(),
});
const workload = fc.record({
  requests: fc.array(request, { minLength: 1, maxLength: 12 }),
  /** Beyond what the largest request needs. */
  spareBlocks: fc.nat(20),
  blockTokens: fc.constantFrom(1, 2, 3, 4),
  maxBatchedTokens: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 40 })),
  maxSeqs: fc.integer({ min: 1, max: 8 }),
  policy: fc.constantFrom('fcfs', 'priority', 'round_robin', 'priority_round_robin'),
  priorityOrder: fc.constantFrom('lowestFirst', 'highestFirst'),
  stepsBeforePreemption: fc.integer({ min: 1, max: 8 }),
  prefixCaching: fc.boolean(),
});
type Workload = typeof workload extends fc.Arbitrary<infer T> ? T : never;

/**
 * Seldom met by chance: the victim stands before the request that finds no block, so that a prompt behind them
 * gets the token that the victim was given.
 */
const REFUND: Workload = {
  requests: [
    [6, 12, 2, 0],
    [6, 12, 0, 1],
    [10, 2, 1, 3],
  ].map(([prompt, answer, priority, arrivalStep]) => ({
    prompt: Array.from({ length: prompt! }, () => 7),
    answer: Array.from({ length: answer! }, () => 7),
    priority: priority!,
    arrivalStep: arrivalStep!,
    cancelStep: undefined,
    cancelsBefore: true,
  })),
  spareBlocks: 7,
  blockTokens: 1,
  maxBatchedTokens: 4,
  maxSeqs: 3,
  policy: 'priority',
  priorityOrder: 'lowestFirst',
  stepsBeforePreemption: 1,
  prefixCaching: false,
};

const STEPS_MAX = 3000;
const RUNS = tries(600);

/** The engine's own scheduler and pool, in the terms of the reference. */
class Ours {
  readonly evicted: string[] = [];
  readonly #pool: BlockPool;
  readonly #scheduler: Scheduler<Sequence>;
  readonly #sequences = new Map<Sequence, number>();
  readonly #load: Workload;
  readonly #contents = new Map<string, string>();
  #rows: readonly Sequence[] = [];

  constructor(load: Workload, usableBlocks: number) {
    this.#load = load;
    const evicted = (memory: Memory, slot: number): void => {
      const name = `${memory.lowOf(slot)} ${memory.highOf(slot)}`;
      if (memory.isLast(slot)) this.evicted.push(this.#contents.get(name)!);
    };
    this.#pool = new BlockPool(usableBlocks + 1, {
      clock: new VirtualClock(),
      events: [{ evicted }],
    });
    this.#scheduler = new Scheduler({ pool: this.#pool }, load);
  }

  get counts() {
    const { freeBlocks } = this.#pool;
    const { runningCount, waitingCount, counters } = this.#scheduler;
    return { freeBlocks, running: runningCount, waiting: waitingCount, ...counters };
  }

  enqueue({ id, tokens, promptTokens, priority }: ReferenceRequest): void {
    const { blockTokens, prefixCaching } = this.#load;
    const all = Int32Array.from(tokens);
    const names = prefixCaching ? chainNames(all, blockTokens, undefined) : new Int32Array(0);
    for (let i = 0; i < names.length / 2; i++) {
      const content = tokens.slice(0, (i + 1) * blockTokens).join(' ');
      this.#contents.set(`${names[2 * i]} ${names[2 * i + 1]}`, content);
    }
    const sequence = newSequence({ tokens: all, promptTokens, names, blockTokens, priority });
    this.#sequences.set(sequence, id);
    this.#scheduler.enqueue(sequence);
  }

  cancel(id: number): void {
    for (const [sequence, one] of this.#sequences) {
      if (one === id) this.#scheduler.remove(sequence);
    }
  }

  step(): (readonly [number, number])[] {
    this.#rows = this.#scheduler.schedule().rows;
    return this.#rows.map((sequence) => [this.#sequences.get(sequence)!, sequence.scheduledTokens]);
  }

  /** As engine.ts does it. */
  finishStep(): void {
    for (const sequence of this.#rows) {
      sequence.computedTokens += sequence.scheduledTokens;
      if (sequence.computedTokens < sequence.knownTokens) continue;
      sequence.knownTokens++;
      if (sequence.knownTokens === sequence.tokens.length) this.#scheduler.remove(sequence);
    }
  }

  hitTokens(): (number | undefined)[] {
    return [...this.#sequences.keys()].map(({ cachedTokens }) => cachedTokens);
  }

  drain(): void {
    this.#pool.take(new Int32Array(this.#pool.freeBlocks), 0, this.#pool.freeBlocks);
  }
}

/** What a workload has exercised, so that the property is known to look where it matters. */
interface Exercised {
  preemptions: number;
  hits: number;
  evictions: number;
}

function compare(load: Workload): Exercised {
  const { blockTokens } = load;
  const requests: ReferenceRequest[] = load.requests.map(({ prompt, answer, priority }, id) => ({
    id,
    tokens: [...prompt, ...answer],
    promptTokens: prompt.length,
    priority,
  }));
  const largest = Math.max(...requests.map(({ tokens }) => Math.ceil(tokens.length / blockTokens)));
  const usableBlocks = largest + load.spareBlocks;
  const theirs = new ReferenceScheduler({ ...load, usableBlocks });
  const ours = new Ours(load, usableBlocks);
  const order: number[] = [];
  const cancel = (now: number, isBefore: boolean): void => {
    for (const [id, { cancelStep, cancelsBefore }] of load.requests.entries()) {
      if (cancelStep !== now || cancelsBefore !== isBefore) continue;
      for (const one of [ours, theirs]) one.cancel(id);
    }
  };
  for (let step = 0; ; step++) {
    if (step > STEPS_MAX) expect.unreachable('no end in sight');
    for (const [id, { arrivalStep }] of load.requests.entries()) {
      if (arrivalStep !== step) continue;
      for (const one of [ours, theirs]) one.enqueue(requests[id]!);
      order.push(id);
    }
    cancel(step, true);
    const rows = theirs.step();
    expect(ours.step()).toEqual(rows);
    expect(ours.counts).toEqual({
      freeBlocks: theirs.freeBlocks,
      running: theirs.runningIds.length,
      waiting: theirs.waitingIds.length,
      preemptions: theirs.preemptions,
      prefixQueries: theirs.prefixQueries,
      prefixHits: theirs.prefixHits,
    });
    expect(ours.hitTokens()).toEqual(order.map((id) => theirs.hitTokensOf(id)));
    expect(ours.evicted).toEqual(theirs.evicted);
    cancel(step, false);
    ours.finishStep();
    theirs.finishStep();
    const isOver = theirs.runningIds.length === 0 && theirs.waitingIds.length === 0;
    if (isOver && load.requests.every(({ arrivalStep }) => arrivalStep <= step)) break;
  }
  const evictions = theirs.evicted.length;
  // What is left says in which order it would have been evicted.
  ours.drain();
  theirs.drain();
  expect(ours.evicted).toEqual(theirs.evicted);
  return { preemptions: theirs.preemptions, hits: theirs.prefixHits, evictions };
}

test('step by step the engine schedules, hits, evicts and preempts as an independent reference does', () => {
  const seen: Exercised = { preemptions: 0, hits: 0, evictions: 0 };
  fc.assert(
    fc.property(workload, (load) => {
      const { preemptions, hits, evictions } = compare(load);
      if (preemptions > 0) seen.preemptions++;
      if (hits > 0) seen.hits++;
      if (evictions > 0) seen.evictions++;
    }),
    { seed: 5, numRuns: RUNS, examples: [[REFUND]] },
  );
  // A fair part of the workloads must have come to the places where the two could differ.
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(RUNS / 5);
});
