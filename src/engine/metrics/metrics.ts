import { Gauge, Registry } from 'prom-client';
import type { EngineEvents } from '../events.ts';
import { EvictionMetrics } from './eviction-metrics.ts';
import type { MeteredEngine } from './metered-engine.ts';
import { exposeOffload } from './offload-metrics.ts';
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
 * counting. `create` makes the engine with these listeners.
 */
export function engineMetrics<E extends MeteredEngine>(
  create: (events: readonly EngineEvents[]) => E,
  index = 0,
): { readonly engine: E; readonly metrics: Metrics } {
  const [steps, evictions] = [new StepMetrics(), new EvictionMetrics()];
  const engine = create([steps, evictions]);
  const registry = new Registry();
  registry.setDefaultLabels({ model_name: engine.options.model, engine: String(index) });
  exposeStats(registry, engine);
  exposeOffload(registry, engine);
  evictions.expose(registry, engine);
  steps.expose(registry, engine);
  exposeConfig(registry, engine);
  return { engine, metrics: { measuring: requestMetrics(registry, engine), registry } };
}

function exposeConfig(registry: Registry, engine: MeteredEngine): void {
  const { blockTokens, prefixCaching } = engine.options;
  const config = {
    block_size: String(blockTokens),
    num_gpu_blocks: String(engine.blocks),
    enable_prefix_caching: prefixCaching ? 'True' : 'False',
  };
  new Gauge({
    name: 'vllm:cache_config_info',
    help: 'The configuration of the KV cache, in labels',
    labelNames: Object.keys(config),
    registers: [registry],
  }).set(config, 1);
}
