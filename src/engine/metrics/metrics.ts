import type { EngineEvents } from '../events.ts';
import { cacheConfig } from './cache-config.ts';
import { EvictionMetrics } from './eviction-metrics.ts';
import type { MeteredEngine } from './metered-engine.ts';
import { OffloadMetrics } from './offload-metrics.ts';
import { Registry } from './registry.ts';
import { type Measuring, requestMetrics } from './request-metrics.ts';
import { exposeStats } from './stats-metrics.ts';
import { StepMetrics } from './step-metrics.ts';

export interface Metrics {
  readonly measuring: Measuring;
  /** Of this engine alone. */
  readonly registry: Registry;
}

/**
 * An engine, the `index`-th of its server, and vLLM's metrics of it: its names, buckets, units and rules of
 * counting, in the order of its page. `create` makes the engine with these listeners.
 */
export function engineMetrics<E extends MeteredEngine>(
  create: (events: readonly EngineEvents[]) => E,
  index = 0,
): { readonly engine: E; readonly metrics: Metrics } {
  const [steps, evictions] = [new StepMetrics(), new EvictionMetrics()];
  const offload = new OffloadMetrics();
  const engine = create([steps, evictions, offload]);
  const labels = { model_name: engine.options.model, engine: String(index) };
  const registry = new Registry(engine.clock, labels);
  offload.expose(registry, engine);
  exposeStats(registry, engine);
  const measuring = requestMetrics(registry, engine, steps);
  evictions.expose(registry, engine);
  registry.add({
    ...{ name: 'vllm:cache_config_info', help: 'Information of the LLMEngine CacheConfig' },
    type: 'gauge',
    isBare: true,
    read: () => [{ labels: { ...cacheConfig(engine), engine: String(index) }, value: 1 }],
  });
  return { engine, metrics: { measuring, registry } };
}
