import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BlockPool } from '../../src/engine/kv/block-pool.ts';
import { chainNames } from '../../src/engine/kv/chain-hash.ts';
import { Scheduler } from '../../src/engine/scheduler.ts';
import { newSequence, type Sequence } from '../../src/engine/sequence.ts';
import { Bench } from './bench.ts';

/** Prompts over two tokens, so that they share prefixes of any length. */
const request = fc.record({
  prompt: fc.array(fc.constantFrom(7, 8), { minLength: 1, maxLength: 24 }),
  answer: fc.integer({ min: 1, max: 16 }),
  delayMs: fc.nat(120),
  cancelMs: fc.option(fc.nat(200), { nil: undefined }),
});
const workload = fc.record({
  requests: fc.array(request, { minLength: 1, maxLength: 12 }),
  blocks: fc.integer({ min: 42, max: 70 }),
  blockTokens: fc.constantFrom(1, 2, 3, 4),
  maxBatchedTokens: fc.integer({ min: 1, max: 40 }),
  maxSeqs: fc.integer({ min: 1, max: 6 }),
  prefixCaching: fc.boolean(),
});
type Workload = typeof workload extends fc.Arbitrary<infer T> ? T : never;

const POLICY = { policy: 'fcfs', priorityOrder: 'lowestFirst', stepsBeforePreemption: 30 } as const;

function sequenceOf({ prompt, answer }: Workload['requests'][number], load: Workload): Sequence {
  const tokens = Int32Array.from([
    ...prompt,
    ...Array.from({ length: answer }, (_, i) => 7 + (i % 2)),
  ]);
  return newSequence({
    tokens,
    promptTokens: prompt.length,
    names: load.prefixCaching ? chainNames(tokens, load.blockTokens, undefined) : new Int32Array(0),
    blockTokens: load.blockTokens,
  });
}

function isResident(pool: BlockPool, sequence: Sequence, index: number): boolean {
  const name = sequence.names.subarray(2 * index, 2 * index + 2);
  return pool.lookup(name, 1, new Int32Array(1)) === 1;
}

function checkPool(pool: BlockPool, sequences: readonly Sequence[]): void {
  const held = new Set(
    sequences.flatMap(({ blocks, blockCount }) => [...blocks.slice(0, blockCount)]),
  );
  for (const block of held) expect(pool.isReferenced(block)).toBe(true);
  expect(held.has(0)).toBe(false);
  expect(held.size + pool.freeBlocks).toBe(pool.usableBlocks);
  for (const sequence of sequences) {
    for (let i = 1; i < sequence.names.length / 2; i++) {
      if (isResident(pool, sequence, i)) expect(isResident(pool, sequence, i - 1)).toBe(true);
    }
  }
}

test('whatever the load, a block is held or free, residents are closed under ancestors, and all ends', () => {
  fc.assert(
    fc.property(workload, (load) => {
      const pool = new BlockPool(load.blocks);
      const scheduler = new Scheduler({ pool }, { ...POLICY, ...load });
      const sequences = load.requests.map((one) => sequenceOf(one, load));
      for (const sequence of sequences) scheduler.enqueue(sequence);
      for (let step = scheduler.schedule(); step.rows.length > 0; step = scheduler.schedule()) {
        checkPool(pool, sequences);
        expect(step.load.tokens).toBeLessThanOrEqual(load.maxBatchedTokens);
        expect(step.rows.length).toBeLessThanOrEqual(load.maxSeqs);
        for (const sequence of step.rows) {
          sequence.computedTokens += sequence.scheduledTokens;
          if (sequence.computedTokens < sequence.knownTokens) continue;
          sequence.knownTokens++;
          if (sequence.knownTokens === sequence.tokens.length) scheduler.remove(sequence);
        }
      }
      expect(sequences.map(({ place }) => place)).toEqual(sequences.map(() => 'gone'));
      checkPool(pool, sequences);
      const all = new Int32Array(pool.usableBlocks);
      pool.take(all, 0, all.length);
      expect(new Set(all).size).toBe(pool.usableBlocks);
    }),
    { seed: 1, numRuns: 300 },
  );
});

/** Everything that observers are told, in order. */
function log(load: Workload): { events: string[]; stats: unknown; cancelled: Set<number> } {
  const bench = new Bench({ ...load, seed: 3, apiMs: 10 });
  const events: string[] = [];
  const over = new Set<number>();
  const cancelled = new Set<number>();
  for (const [user, { prompt, answer, delayMs, cancelMs }] of load.requests.entries()) {
    const asked = { promptTokens: Int32Array.from(prompt), maxTokens: answer };
    bench.clock.setTimeout(() => {
      const cancel = bench.engine.submit(asked, {
        onToken: (id, _text, atMs) => events.push(`${user} ${id} ${atMs}`),
        onEnd: (end, atMs) => {
          over.add(user);
          events.push(`${user} ${JSON.stringify(end)} ${atMs}`);
        },
        onError: (error) => expect.unreachable(error.message),
      });
      if (cancelMs === undefined) return;
      bench.clock.setTimeout(() => {
        if (!over.has(user)) cancelled.add(user);
        cancel();
      }, cancelMs);
    }, delayMs);
  }
  bench.clock.run();
  expect(over.size + cancelled.size).toBe(load.requests.length);
  return { events, stats: bench.engine.stats, cancelled };
}

test('the same seed and submissions give the same events at the same times, and no block is lost', () => {
  fc.assert(
    fc.property(workload, (load) => {
      const first = log(load);
      expect(log(load)).toEqual(first);
      expect(first.stats).toMatchObject({ running: 0, waiting: 0, kvUsage: 0 });
      const tokenEvents = first.events.filter((event) => !event.includes('{')).length;
      expect(first.stats).toMatchObject({ generatedTokens: tokenEvents });
    }),
    { seed: 2, numRuns: 200 },
  );
});

test('an answer does not depend on the load, nor on whether the cache is on', () => {
  fc.assert(
    fc.property(workload, (load) => {
      const bench = new Bench(load);
      const asked = load.requests.map(({ prompt, answer }) => ({
        promptTokens: Int32Array.from(prompt),
        maxTokens: answer,
      }));
      const together = asked.map((one) => bench.submit(one));
      bench.clock.run();
      const alone = asked.map((one) => new Bench({ prefixCaching: false }).ask(one).ids);
      expect(together.map(({ ids }) => ids)).toEqual(alone);
    }),
    { seed: 3, numRuns: 50 },
  );
});
