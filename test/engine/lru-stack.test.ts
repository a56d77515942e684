import fc from 'fast-check';
import { expect, test } from 'vitest';
import { offloadSchema } from '../../src/scenario/offload.ts';
import { Bench } from './bench.ts';

const BLOCK = 4;

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
function benchOf(gpuBlocks: number, offload: object = {}): Bench {
  return new Bench({
    apiMs: 0,
    gpu: 'h100',
    blocks: gpuBlocks + 1,
    blockTokens: BLOCK,
    offload: offloadSchema.parse(offload),
  });
}

test('whatever the prompts, one after the other, hits are those of an LRU stack, at every capacity', () => {
  fc.assert(
    fc.property(chains(8), (prompts) => {
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
    { seed: 6, numRuns: 40 },
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
    fc.property(chains(8), sizes, (prompts, { gpu, cpu, disk }) => {
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
    { seed: 7, numRuns: 300 },
  );
});

test('exclusive tiers with fast links: together they have what a stack of all capacities has, but for what is in motion', () => {
  const sizes = fc.record({
    gpu: fc.integer({ min: 9, max: 14 }),
    cpu: fc.integer({ min: 8, max: 24 }),
  });
  fc.assert(
    fc.property(chains(8), sizes, (prompts, { gpu, cpu }) => {
      const stack = new Stack();
      const bench = benchOf(gpu, {
        preset: 'vllm',
        inclusive: false,
        cpu: { blocks: cpu, ...FAST },
      });
      for (const chain of prompts) {
        const found = ask(bench, chain);
        // A block is never in both, so no more than the sum; and of the GPU's as many may be empty as a request has.
        const most = stack.hits(chain, gpu + cpu);
        const least = stack.hits(chain, gpu + cpu - 1 - MOTION);
        expect(found.gpu + found.cpu).toBeLessThanOrEqual(most);
        expect(found.gpu + found.cpu).toBeGreaterThanOrEqual(least);
        stack.touch(chain);
      }
    }),
    { seed: 8, numRuns: 300 },
  );
});

/** Blocks of the longest request: so many may leave the host for the GPU before as many have come down. */
const MOTION = 9;
