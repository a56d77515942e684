import type { Registry } from 'prom-client';
import { STEP_TOKENS } from './buckets.ts';
import { Histogram } from './histogram.ts';
import type { MeteredEngine } from './metered-engine.ts';

/**
 * vLLM's tokens of each step: all of a prompt, cached or not, in the step that ends its prefill, and
 * every generated token. So the sum is that of prompt and generation tokens, and a step that only goes
 * on with a prefill counts for nothing.
 */
export function exposeSteps(registry: Registry, engine: MeteredEngine): void {
  const stepTokens = new Histogram(registry, {
    name: 'vllm:iteration_tokens_total',
    help: 'Prompt and generation tokens of a step',
    buckets: STEP_TOKENS,
    beforeReading: () => countStep(),
  });
  let countedTokens = 0;
  /** A step that ended is seen at the start of the next, or when nothing follows and someone asks. */
  function countStep(): void {
    const tokens = engine.tokens - countedTokens;
    if (tokens === 0) return;
    countedTokens += tokens;
    stepTokens.observe(tokens);
  }
  engine.onStep = countStep;
}
