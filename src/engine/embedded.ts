import { type Clock, SystemClock } from '../base/clock.ts';
import { UsageError } from '../base/errors.ts';
import type { EngineOptions } from '../scenario/engine.ts';
import { loadTokenizer } from '../workload/tokenizer/tokenizer.ts';
import type { Profile } from './cost/profile.ts';
import { profileOf } from './cost/profile-of.ts';
import { Engine } from './engine.ts';
import type { EngineEvents } from './events.ts';
import { FixedEngine, type FixedLatency } from './fixed-engine.ts';
import type { EngineServer, ServerOptions } from './http/server.ts';
import type { MeteredFleet } from './metrics/metered.ts';
import { PromptBuilder } from './prompt/prompt-builder.ts';
import { type Coder, findWords } from './prompt/vocabulary.ts';
import type { ServingEngine } from './serving.ts';

interface EmbeddedEngine {
  readonly engines: MeteredFleet;
  readonly prompts: PromptBuilder;
}

/**
 * An engine with the tokenizer of its options, on any clock.
 * @throws UsageError for a GPU or a model that `profileOf` refuses, or a tokenizer that cannot be had or used.
 */
async function embeddedEngine(
  clock: Clock,
  options: EngineOptions,
  given?: Profile,
): Promise<EmbeddedEngine> {
  // Before the tokenizer, which takes a second: a profile that cannot be had is told at once.
  const profile = given ?? profileOf(options);
  const [tokenizer, { meteredFleet }] = await Promise.all([
    loadTokenizer(options.tokenizer ?? 'gpt2'),
    import('./metrics/metered.ts'),
  ]);
  const words = findWords(tokenizer);
  const create = (events: readonly EngineEvents[]): Engine =>
    new Engine(clock, options, words, { profile, events });
  return {
    engines: meteredFleet(create, options.replicas.count),
    prompts: promptsOf(tokenizer, clock, options),
  };
}

/** The chat template of these options, with its defects. */
export function promptsOf(tokenizer: Coder, clock: Clock, options: EngineOptions): PromptBuilder {
  const { reasoningTokens, defects, seed } = options;
  return new PromptBuilder(tokenizer, { isReasoning: reasoningTokens > 0, defects, seed, clock });
}

/** What a run in virtual time talks to. */
export interface SimulatedEngine {
  readonly engine: ServingEngine;
  readonly prompts: PromptBuilder;
  /** Its metrics as Prometheus text; undefined of a stand-in, which has none. */
  scrape(): Promise<string | undefined>;
}

/** The engine, or the stand-in with fixed latency that its options name. Default: of the profile that they name, too. */
export async function simulatedEngine(
  clock: Clock,
  options: EngineOptions,
  profile?: Profile,
): Promise<SimulatedEngine> {
  const { fixed } = options;
  if (fixed) {
    return { ...(await fixedEngine(clock, options, fixed)), scrape: async () => undefined };
  }
  const { engines, prompts } = await embeddedEngine(clock, options, profile);
  return { engine: engines.serving, prompts, scrape: async () => engines.page.text() };
}

/** @throws UsageError for a tokenizer that cannot be had or used. */
export async function fixedEngine(
  clock: Clock,
  options: EngineOptions,
  latency: FixedLatency,
  events: readonly EngineEvents[] = [],
) {
  const tokenizer = await loadTokenizer(options.tokenizer ?? 'gpt2');
  return {
    engine: new FixedEngine(clock, options, latency, findWords(tokenizer), events),
    prompts: promptsOf(tokenizer, clock, options),
  };
}

/**
 * The engine behind HTTP in this process, on a clock of its own; by default on a free loopback port.
 * @throws UsageError for a GPU, a model or a tokenizer that cannot be had, and as `startServer` does.
 */
export async function startEmbedded(
  options: EngineOptions,
  listening: Omit<ServerOptions, 'prompts'> = {},
): Promise<EngineServer> {
  if (options.fixed) {
    throw new UsageError(
      'engine.fixed: only in virtual time; expected `confab simulate` or `confab plan`, or a scenario without it',
    );
  }
  const { engines, prompts } = await embeddedEngine(new SystemClock(), options);
  const { startServer } = await import('./http/server.ts');
  return startServer(engines, { ...listening, prompts });
}
