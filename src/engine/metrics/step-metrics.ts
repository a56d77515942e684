import type { EngineEvents } from '../events.ts';
import { STEP_TOKENS } from './buckets.ts';
import { Histogram } from './histogram.ts';
import type { Registry } from './registry.ts';

/**
 * vLLM's tokens of each step: all of a prompt, cached or not, in the step that ends its prefill, and
 * every generated token. So the sum is that of prompt and generation tokens, and a step that only goes
 * on with a prefill counts for nothing.
 */
export class StepMetrics implements EngineEvents {
  readonly #stepTokens = new Histogram({
    name: 'vllm:iteration_tokens_total',
    help: 'Histogram of number of tokens per engine_step.',
    buckets: STEP_TOKENS,
  });
  #countedTokens = 0;

  step(tokens: number): void {
    const newTokens = tokens - this.#countedTokens;
    if (newTokens === 0) return;
    this.#countedTokens = tokens;
    this.#stepTokens.observe(newTokens);
  }

  expose(registry: Registry): void {
    this.#stepTokens.expose(registry);
  }
}
