import fc from 'fast-check';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/base/clock.ts';
import type { BlockPool } from '../../src/engine/kv/block-pool.ts';
import { chainNames } from '../../src/engine/kv/chain-hash.ts';
import { kvMemory } from '../../src/engine/kv/memory.ts';
import { goesByPriority } from '../../src/engine/schedule/policy.ts';
import { Scheduler } from '../../src/engine/schedule/scheduler.ts';
import { newSequence, type Sequence } from '../../src/engine/schedule/sequence.ts';
import type { EngineOptions } from '../../src/scenario/engine.ts';
import { offloadSchema } from '../../src/scenario/offload.ts';
import { Bench, optionsOf } from '../support/engine-rig.ts';
import { tries } from '../support/tries.ts';
import { Heard } from './heard.ts';

/** Prompts over two tokens, so that they share prefixes of any length. */
const request = fc.record({
  prompt: fc.array(fc.constantFrom(7, 8), { minLength: 1, maxLength: 24 }),
  answer: fc.integer({ min: 1, max: 16 }),
  delayMs: fc.nat(120),
  cancelMs: fc.option(fc.nat(200), { nil: undefined }),
  priority: fc.nat(2),
});
const tier = fc.record({
  blocks: fc.integer({ min: 8, max: 120 }),
  // A chunk takes from microseconds to many steps.
  readGBps: fc.constantFrom(100, 0.05, 0.005),
  writeGBps: fc.constantFrom(100, 0.05, 0.005),
});
const offload = fc.oneof(
  fc.constant({}),
  fc.record({
    preset: fc.constantFrom('vllm', 'hicache'),
    cpu: tier,
    disk: fc.option(tier, { nil: undefined }),
    storeThreshold: fc.constantFrom(1, 2),
  }),
  fc.record({
    preset: fc.constant('hicache'),
    inclusive: fc.constant(false),
    cpu: tier,
    disk: fc.option(tier, { nil: undefined }),
  }),
);
const workload = fc.record({
  requests: fc.array(request, { minLength: 1, maxLength: 12 }),
  blocks: fc.integer({ min: 42, max: 70 }),
  blockTokens: fc.constantFrom(1, 2, 3, 4),
  maxBatchedTokens: fc.integer({ min: 1, max: 40 }),
  maxSeqs: fc.integer({ min: 1, max: 6 }),
  policy: fc.constantFrom('fcfs', 'priority', 'round_robin', 'priority_round_robin'),
  priorityOrder: fc.constantFrom('lowestFirst', 'highestFirst'),
  stepsBeforePreemption: fc.integer({ min: 1, max: 8 }),
  prefixCaching: fc.boolean(),
  offload,
});
type Workload = typeof workload extends fc.Arbitrary<infer T> ? T : never;

/** As the engine has it; tiers hold what the prefix cache knows, so without it there are none. */
function optionsFrom(load: Workload): EngineOptions {
  const offload = offloadSchema.parse(load.prefixCaching ? load.offload : {});
  return optionsOf({ ...load, offload });
}

function sequenceOf(
  { prompt, answer, priority }: Workload['requests'][number],
  load: Workload,
): Sequence {
  const tokens = Int32Array.from([
    ...prompt,
    ...Array.from({ length: answer }, (_, i) => 7 + (i % 2)),
  ]);
  return newSequence({
    tokens,
    promptTokens: prompt.length,
    names: load.prefixCaching ? chainNames(tokens, load.blockTokens, undefined) : new Int32Array(0),
    blockTokens: load.blockTokens,
    priority,
  });
}

function isResident(pool: BlockPool, sequence: Sequence, index: number): boolean {
  const name = sequence.names.subarray(2 * index, 2 * index + 2);
  return pool.lookup(name, 1, new Int32Array(1)) === 1;
}

function nameAt({ names }: Sequence, index: number): string {
  return `${names[2 * index]} ${names[2 * index + 1]}`;
}

/** Blocks that several hold with different content, and those that are held and free. */
function wronglyHeld(pool: BlockPool, sequences: readonly Sequence[]): unknown[] {
  const wrong: unknown[] = [];
  const contents = new Map<number, string>();
  for (const [user, sequence] of sequences.entries()) {
    for (let i = 0; i < sequence.blockCount; i++) {
      const block = sequence.blocks[i]!;
      // What is not known to others is nobody else's.
      const content = i < sequence.publishedBlocks ? nameAt(sequence, i) : `of ${user} alone`;
      const known = contents.get(block);
      if (block === 0 || !pool.isReferenced(block)) wrong.push({ user, i, block });
      if (known !== undefined && known !== content) wrong.push({ user, i, block, known, content });
      contents.set(block, content);
    }
  }
  if (contents.size + pool.freeBlocks !== pool.usableBlocks) wrong.push(contents.size);
  return wrong;
}

/** Resident blocks whose parent is not. */
function orphans(pool: BlockPool, sequences: readonly Sequence[]): string[] {
  return sequences.flatMap((sequence) => {
    const resident = Array.from({ length: sequence.names.length / 2 }, (_, i) =>
      isResident(pool, sequence, i),
    );
    return resident.flatMap((is, i) =>
      is && i > 0 && !resident[i - 1] ? [nameAt(sequence, i)] : [],
    );
  });
}

function checkPool(pool: BlockPool, sequences: readonly Sequence[]): void {
  expect(wronglyHeld(pool, sequences)).toEqual([]);
  expect(orphans(pool, sequences)).toEqual([]);
}

/** What was stored and has not been evicted is what is there. */
function checkTold(pool: BlockPool, sequences: readonly Sequence[], heard: Heard): void {
  const told = new Set(heard.names('gpu'));
  const resident = sequences.flatMap((sequence) =>
    Array.from({ length: sequence.names.length / 2 }, (_, i) => i)
      .filter((i) => isResident(pool, sequence, i))
      .map((i) => nameAt(sequence, i)),
  );
  expect(told).toEqual(new Set(resident));
}

const STEPS_MAX = 100_000;

test('whatever the load, a block is held or free, residents are closed under ancestors, and all ends', () => {
  fc.assert(
    fc.property(workload, (load) => {
      const clock = new VirtualClock();
      const gpu = { ...load, kvBytesPerToken: 10_000, hostReadGBps: 1, hostWriteGBps: 1 };
      // Tiers also lose content in other ways: what moves up is removed there.
      const heard = new Heard({ isWhole: false });
      const { pool, offload } = kvMemory(
        clock,
        optionsFrom(load),
        gpu,
        (sequence) => scheduler.endCopy(sequence),
        [heard],
      );
      const scheduler = new Scheduler({ pool, offload }, load);
      const sequences = load.requests.map((one) => sequenceOf(one, load));
      const arrived = new Set<Sequence>();
      for (
        let step = 0;
        sequences.some(({ blockCount, place }) => place !== 'gone' || blockCount > 0);
        step++
      ) {
        if (step > STEPS_MAX) expect.unreachable('no end in sight');
        for (const [user, { delayMs, cancelMs = Infinity }] of load.requests.entries()) {
          const sequence = sequences[user]!;
          if (delayMs / 2 <= step && !arrived.has(sequence)) {
            arrived.add(sequence);
            scheduler.enqueue(sequence);
          }
          if (delayMs / 2 + cancelMs <= step) scheduler.remove(sequence);
        }
        const { rows, load: sum } = scheduler.schedule();
        if (rows.length > 0) {
          checkPool(pool, sequences);
          checkTold(pool, sequences, heard);
        }
        expect(sum.tokens).toBeLessThanOrEqual(load.maxBatchedTokens);
        expect(sum.tokens).toBe(rows.reduce((all, row) => all + row.scheduledTokens, 0));
        expect(new Set(rows).size).toBe(rows.length);
        expect(rows.length).toBeLessThanOrEqual(load.maxSeqs);
        clock.run(clock.now() + 1);
        for (const sequence of rows) {
          sequence.computedTokens += sequence.scheduledTokens;
          offload?.computed(sequence);
          if (sequence.computedTokens < sequence.knownTokens) continue;
          sequence.knownTokens++;
          if (sequence.knownTokens === sequence.tokens.length) scheduler.remove(sequence);
        }
      }
      clock.run();
      checkPool(pool, sequences);
      const all = new Int32Array(pool.usableBlocks);
      pool.take(all, 0, all.length);
      expect(new Set(all).size).toBe(pool.usableBlocks);
    }),
    { seed: 1, numRuns: tries(300) },
  );
});

/** Everything that observers are told, in order. */
function log(load: Workload): { events: string[]; stats: unknown; cancelled: Set<number> } {
  const bench = new Bench({ ...optionsFrom(load), seed: 3, apiMs: 10 });
  const events: string[] = [];
  const over = new Set<number>();
  const cancelled = new Set<number>();
  for (const [user, { prompt, answer, delayMs, cancelMs, priority }] of load.requests.entries()) {
    const own = goesByPriority(load.policy) ? priority : undefined;
    const asked = { promptTokens: Int32Array.from(prompt), maxTokens: answer, priority: own };
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
    { seed: 2, numRuns: tries(200) },
  );
});

test('an answer does not depend on the load, nor on whether the cache is on', () => {
  fc.assert(
    fc.property(workload, (load) => {
      const bench = new Bench(optionsFrom(load));
      const asked = load.requests.map(({ prompt, answer }) => ({
        promptTokens: Int32Array.from(prompt),
        maxTokens: answer,
      }));
      const together = asked.map((one) => bench.submit(one));
      bench.clock.run();
      const alone = asked.map((one) => new Bench({ prefixCaching: false }).ask(one).ids);
      expect(together.map(({ ids }) => ids)).toEqual(alone);
    }),
    { seed: 3, numRuns: tries(50) },
  );
});
