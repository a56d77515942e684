import { Counter, type Registry } from 'prom-client';
import type { EngineEvents, Eviction } from '../events.ts';
import { RESIDENCY_SECONDS } from './buckets.ts';
import { Histogram } from './histogram.ts';
import type { MeteredEngine } from './metered-engine.ts';

/** For whom content had to go: for its own session, or for another; unknown where one of them has no name. */
const EVICTORS = ['own', 'other', 'unknown'] as const;

type Evictor = (typeof EVICTORS)[number];

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
  readonly #blocks = new Map<Eviction['tier'], Record<Evictor, number>>();

  evicted(eviction: Eviction): void {
    this.#blocksOf(eviction.tier)[evictorOf(eviction)] += eviction.blocks;
    if (eviction.tier === 'gpu') this.#observe(eviction);
  }

  expose(registry: Registry, engine: MeteredEngine): void {
    for (const histogram of [this.#lifetime, this.#idle, this.#reuseGap]) {
      histogram.expose(registry);
    }
    const tiers = engine.stats.offload?.tiers ?? [];
    for (const tier of ['gpu', ...tiers.map(({ medium }) => medium)] as const) this.#blocksOf(tier);
    const series = this.#blocks;
    new Counter({
      name: 'confab:kv_evicted_blocks_total',
      help: 'Blocks whose content gave way to other content: of its own session, or of another',
      labelNames: ['tier', 'by'],
      registers: [registry],
      collect() {
        this.reset();
        for (const [tier, blocks] of series) {
          for (const by of EVICTORS) this.inc({ tier, by }, blocks[by]);
        }
      },
    });
  }

  #observe({ atMs, storedMs, foundMs, finds }: Eviction): void {
    const lastMs = finds > 0 ? foundMs[finds - 1]! : storedMs;
    this.#lifetime.observe((atMs - storedMs) / 1000);
    this.#idle.observe((atMs - lastMs) / 1000);
    for (let i = 1; i < finds; i++) this.#reuseGap.observe((foundMs[i]! - foundMs[i - 1]!) / 1000);
  }

  #blocksOf(tier: Eviction['tier']): Record<Evictor, number> {
    let blocks = this.#blocks.get(tier);
    if (!blocks) this.#blocks.set(tier, (blocks = { own: 0, other: 0, unknown: 0 }));
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

function evictorOf({ owner, by }: Eviction): Evictor {
  if (!owner || !by) return 'unknown';
  if (owner === by) return 'own';
  if (owner.session === undefined || by.session === undefined) return 'unknown';
  return owner.session === by.session ? 'own' : 'other';
}
