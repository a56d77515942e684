import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chainNames } from '../../../src/engine/kv/chain-hash.ts';
import { offloadSchema } from '../../../src/scenario/offload.ts';
import { Bench } from '../../support/engine-rig.ts';
import { tries } from '../../support/tries.ts';
import { Heard } from '../heard.ts';

const BLOCK = 4;
const BLOCKS_MAX = 8;

/** Prompts of one to `blocksMax` blocks over two contents a block, so that they share prefixes; and a last token. */
function chains(blocksMax: number) {
  const chain = fc.array(fc.constantFrom(7, 8), { minLength: 1, maxLength: blocksMax });
  return fc.array(chain, { minLength: 1, maxLength: 25 });
}

function promptOf(chain: readonly number[]): Int32Array {
  // One token more than is in full blocks: it is computed, and its block is never full.
  return Int32Array.from([...chain.flatMap((token) => Array<number>(BLOCK).fill(token)), 9]);
}

/** Blocks by the contents up to their end, from the most recently used on: whole chains, touched tail first. */
class Stack {
  #names: string[] = [];

  /** How many of a chain's first blocks are among the `capacity` most recent. */
  hits(chain: readonly number[], capacity: number): number {
    const top = this.#names.slice(0, capacity);
    const names = namesOf(chain);
    const missing = names.findIndex((name) => !top.includes(name));
    return missing < 0 ? names.length : missing;
  }

  /** The `capacity` most recent. */
  top(capacity: number): string[] {
    return this.#names.slice(0, capacity);
  }

  touch(chain: readonly number[]): void {
    for (const name of namesOf(chain).reverse()) {
      this.#names = [name, ...this.#names.filter((other) => other !== name)];
    }
  }
}

function namesOf(chain: readonly number[]): string[] {
  return chain.map((_, i) => chain.slice(0, i + 1).join(' '));
}

function ask(bench: Bench, chain: readonly number[]) {
  const { end } = bench.ask({ promptTokens: promptOf(chain), maxTokens: 1, ignoreEos: true });
  const { cachedTokens, hostTokens, storageTokens } = end!;
  return {
    gpu: (cachedTokens - hostTokens - storageTokens) / BLOCK,
    cpu: hostTokens / BLOCK,
    disk: storageTokens / BLOCK,
  };
}

/**
 * A pool of `gpuBlocks` usable blocks keeps one less than that of a sequential workload's content, once it is
 * full: the request's last block, which is not full, takes one, and gives it back empty.
 */
function benchOf(gpuBlocks: number, offload: object = {}, heard?: Heard): Bench {
  const options = {
    apiMs: 0,
    gpu: 'h100',
    blocks: gpuBlocks + 1,
    blockTokens: BLOCK,
    offload: offloadSchema.parse(offload),
  };
  return new Bench(options, heard && [heard]);
}

test('whatever the prompts, one after the other, hits are those of an LRU stack, at every capacity', () => {
  fc.assert(
    fc.property(chains(BLOCKS_MAX), (prompts) => {
      for (let blocks = 9; blocks < 24; blocks++) {
        const stack = new Stack();
        const bench = benchOf(blocks);
        const found = prompts.map((chain) => ask(bench, chain).gpu);
        const expected = prompts.map((chain) => {
          const hits = stack.hits(chain, blocks - 1);
          stack.touch(chain);
          return hits;
        });
        expect(found).toEqual(expected);
      }
    }),
    { seed: 6, numRuns: tries(40) },
  );
});

/** The engine's name of a chain's last block. */
function nameOf(chain: readonly number[]): string {
  const names = chainNames(promptOf(chain), BLOCK, undefined);
  return `${names.at(-2)} ${names.at(-1)}`;
}

test('what is told as stored and evicted is what enters and leaves the LRU stack, request by request', () => {
  fc.assert(
    fc.property(chains(BLOCKS_MAX), fc.integer({ min: 9, max: 24 }), (prompts, blocks) => {
      const stack = new Stack();
      const heard = new Heard();
      const bench = benchOf(blocks, {}, heard);
      let before: string[] = [];
      for (const chain of prompts) {
        const [told, stored] = [heard.evictions.length, heard.storedCount];
        ask(bench, chain);
        stack.touch(chain);
        const after = stack.top(blocks - 1);
        const gone = before.filter((name) => !after.includes(name));
        expect(heard.storedCount - stored).toBe(
          after.filter((name) => !before.includes(name)).length,
        );
        // The least recently used first, which is the order of the stack from its end.
        expect(heard.evictions.slice(told).map(({ low, high }) => `${low} ${high}`)).toEqual(
          gone.reverse().map((name) => nameOf(name.split(' ').map(Number))),
        );
        before = after;
      }
      expect(heard.names('gpu').length).toBe(heard.storedCount - heard.evictions.length);
    }),
    { seed: 9, numRuns: tries(200) },
  );
});

const FAST = { readGBps: 1e6, writeGBps: 1e6, latencyMs: 0 };

test('inclusive tiers with fast links: each has what an LRU stack of its own capacity has', () => {
  const sizes = fc.record({
    gpu: fc.integer({ min: 9, max: 14 }),
    cpu: fc.integer({ min: 8, max: 24 }),
    disk: fc.integer({ min: 8, max: 40 }),
  });
  fc.assert(
    fc.property(chains(BLOCKS_MAX), sizes, (prompts, { gpu, cpu, disk }) => {
      const stack = new Stack();
      const tiers = { cpu: { blocks: cpu, ...FAST }, disk: { blocks: disk, ...FAST } };
      const bench = benchOf(gpu, { preset: 'vllm', ...tiers });
      const found = prompts.map((chain) => ask(bench, chain));
      const expected = prompts.map((chain) => {
        const onGpu = stack.hits(chain, gpu - 1);
        const onHost = Math.max(onGpu, stack.hits(chain, cpu));
        const onDisk = Math.max(onHost, stack.hits(chain, disk));
        stack.touch(chain);
        return { gpu: onGpu, cpu: onHost - onGpu, disk: onDisk - onHost };
      });
      expect(found).toEqual(expected);
    }),
    { seed: 7, numRuns: tries(300) },
  );
});

test('exclusive tiers with fast links: together they have what one stack of their sum has', () => {
  const sizes = fc.record({
    gpu: fc.integer({ min: 9, max: 14 }),
    cpu: fc.integer({ min: 1, max: 24 }),
  });
  fc.assert(
    fc.property(chains(BLOCKS_MAX), sizes, (prompts, { gpu, cpu }) => {
      const stack = new Stack();
      const tiers = { cpu: { blocks: cpu, ...FAST } };
      const bench = benchOf(gpu, { preset: 'vllm', inclusive: false, ...tiers });
      for (const chain of prompts) {
        const { gpu: onGpu, cpu: onHost } = ask(bench, chain);
        // What one step evicts is in motion all at once. A host that is smaller than that skips some of it, and so
        // is no LRU; it still adds to the GPU.
        if (cpu < BLOCKS_MAX) {
          expect(onGpu + onHost).toBeGreaterThanOrEqual(stack.hits(chain, gpu - 1));
        } else expect(onGpu + onHost).toBe(stack.hits(chain, gpu - 1 + cpu));
        stack.touch(chain);
      }
    }),
    { seed: 8, numRuns: tries(300) },
  );
});
