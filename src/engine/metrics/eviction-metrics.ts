import type { Asker, EngineEvents, Memory } from '../events.ts';
import { RESIDENCY_SECONDS } from './buckets.ts';
import { Histogram } from './histogram.ts';
import type { MeteredEngine } from './metered-engine.ts';
import type { Registry } from './registry.ts';

/** For whom content had to go: for its own session, or for another; unknown where one of them has no name. */
const EVICTORS = ['own', 'other', 'unknown'] as const;

const OWN = 0;
const OTHER = 1;
const UNKNOWN = 2;

/**
 * vLLM's histograms of evicted blocks (`v1/core/kv_cache_metrics.py`, there with --kv-cache-metrics and of a
 * sample; here of all blocks): of the GPU's, at their eviction. Used is what was found again, so a block is idle
 * from when it was stored or last found, though its request may still have run; and gaps lie between the last
 * four finds. (vLLM also counts blocks without content of a name, which are given back and taken again.) By
 * whom, and of which memory, has no name there, hence a counter of our own.
 */
export class EvictionMetrics implements EngineEvents {
  readonly #lifetime = residency('lifetime', 'From stored to evicted, of blocks of the GPU');
  readonly #idle = residency(
    'idle_before_evict',
    'From stored or last found to evicted, of blocks of the GPU',
  );
  readonly #reuseGap = residency(
    'reuse_gap',
    'Between the last times that an evicted block of the GPU was found again',
  );
  /** Of each tier, blocks by evictor. */
  readonly #blocks = new Map<Memory['tier'], Float64Array>();
  readonly #gpuBlocks = this.#blocksOf('gpu');

  /** Blocks of one request that were stored at once go one after the other: they are counted together. */
  #alike = 0;
  #owner: Asker | undefined;
  #by: Asker | undefined;
  #storedMs = 0;
  #evictedMs = 0;

  evicted(memory: Memory, slot: number, by: Asker | undefined): void {
    const owner = memory.ownerOf(slot);
    if (memory.tier !== 'gpu') {
      this.#blocksOf(memory.tier)[evictor(owner, by)]! += memory.blocks;
      return;
    }
    const nowMs = memory.now();
    const storedMs = memory.storedMs(slot);
    const isFound = memory.findsOf(slot) > 0;
    const isAlike =
      !isFound &&
      owner === this.#owner &&
      by === this.#by &&
      storedMs === this.#storedMs &&
      nowMs === this.#evictedMs;
    if (isAlike) {
      this.#alike++;
      return;
    }
    this.#countAlike();
    if (isFound) {
      this.#gpuBlocks[evictor(owner, by)]! += memory.blocks;
      this.#observe(memory, slot);
      return;
    }
    this.#alike = 1;
    this.#owner = owner;
    this.#by = by;
    this.#storedMs = storedMs;
    this.#evictedMs = nowMs;
  }

  #countAlike(): void {
    const count = this.#alike;
    if (count === 0) return;
    this.#gpuBlocks[evictor(this.#owner, this.#by)]! += count;
    const seconds = (this.#evictedMs - this.#storedMs) / 1000;
    this.#lifetime.observe(seconds, count);
    this.#idle.observe(seconds, count);
    this.#alike = 0;
  }

  expose(registry: Registry, engine: MeteredEngine): void {
    for (const histogram of [this.#lifetime, this.#idle, this.#reuseGap]) {
      histogram.expose(registry, () => this.#countAlike());
    }
    const tiers = engine.stats.offload?.tiers ?? [];
    for (const { medium } of tiers) this.#blocksOf(medium);
    const series = this.#blocks;
    const countAlike = () => this.#countAlike();
    registry.add({
      name: 'confab:kv_evicted_blocks_total',
      help: 'Blocks whose content gave way to other content: of its own session, or of another',
      type: 'counter',
      read() {
        countAlike();
        return [...series].flatMap(([tier, blocks]) =>
          EVICTORS.map((by, i) => ({ labels: { tier, by }, value: blocks[i]! })),
        );
      },
    });
  }

  #observe(memory: Memory, slot: number): void {
    const nowMs = memory.now();
    const storedMs = memory.storedMs(slot);
    const finds = memory.findsOf(slot);
    let lastMs = storedMs;
    for (let i = 0; i < finds; i++) {
      const foundMs = memory.foundMs(slot, i);
      if (i > 0) this.#reuseGap.observe((foundMs - lastMs) / 1000);
      lastMs = foundMs;
    }
    this.#lifetime.observe((nowMs - storedMs) / 1000);
    this.#idle.observe((nowMs - lastMs) / 1000);
  }

  #blocksOf(tier: Memory['tier']): Float64Array {
    const blocks = this.#blocks.get(tier) ?? new Float64Array(EVICTORS.length);
    this.#blocks.set(tier, blocks);
    return blocks;
  }
}

function residency(name: string, help: string): Histogram {
  return new Histogram({
    name: `vllm:kv_block_${name}_seconds`,
    help,
    buckets: RESIDENCY_SECONDS,
  });
}

/** An index into `EVICTORS`. */
function evictor(owner: Asker | undefined, by: Asker | undefined): number {
  if (!owner || !by) return UNKNOWN;
  if (owner === by) return OWN;
  if (owner.session === undefined || by.session === undefined) return UNKNOWN;
  return owner.session === by.session ? OWN : OTHER;
}
