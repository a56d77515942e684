import { Gauge, Registry } from 'prom-client';
import type { MeteredEngine } from './metered-engine.ts';
import { exposeOffload } from './offload-metrics.ts';
import { type Measuring, requestMetrics } from './request-metrics.ts';
import { exposeStats } from './stats-metrics.ts';
import { exposeSteps } from './step-metrics.ts';

export interface Metrics {
  readonly measuring: Measuring;
  /** Of this engine alone. */
  readonly registry: Registry;
}

/** vLLM's metrics of one engine, the `index`-th of its server: its names, buckets, units and rules of counting. */
export function engineMetrics(engine: MeteredEngine, index = 0): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ model_name: engine.options.model, engine: String(index) });
  exposeStats(registry, engine);
  exposeOffload(registry, engine);
  exposeSteps(registry, engine);
  exposeConfig(registry, engine);
  return { measuring: requestMetrics(registry, engine), registry };
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
