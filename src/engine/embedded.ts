import { type Clock, SystemClock } from '../base/clock.ts';
import type { EngineOptions } from '../scenario/engine.ts';
import { loadTokenizer } from '../workload/tokenizer.ts';
import { servingEngine } from './cluster.ts';
import { profileOf } from './cost/profile-of.ts';
import { Engine, type ServingEngine } from './engine.ts';
import type { EngineServer, ServerOptions } from './http/server.ts';
import { PromptBuilder } from './prompt.ts';
import { type Coder, findWords } from './vocabulary.ts';

export interface EmbeddedEngine {
  readonly engine: ServingEngine;
  readonly prompts: PromptBuilder;
}

/**
 * An engine with the tokenizer of its options, on any clock.
 * @throws UsageError for a GPU or a model that `profileOf` refuses, or a tokenizer that cannot be had or used.
 */
export async function embeddedEngine(
  clock: Clock,
  options: EngineOptions,
): Promise<EmbeddedEngine> {
  // Before the tokenizer, which takes a second: a profile that cannot be had is told at once.
  const profile = profileOf(options);
  const tokenizer = await loadTokenizer(options.tokenizer ?? 'gpt2');
  const words = findWords(tokenizer);
  return {
    engine: servingEngine(() => new Engine(clock, options, words, profile), options.replicas.count),
    prompts: promptsOf(tokenizer, clock, options),
  };
}

/** The chat template of these options, with its defects. */
export function promptsOf(tokenizer: Coder, clock: Clock, options: EngineOptions): PromptBuilder {
  const { reasoningTokens, defects, seed } = options;
  return new PromptBuilder(tokenizer, { isReasoning: reasoningTokens > 0, defects, seed, clock });
}

/**
 * The engine behind HTTP in this process, on a clock of its own; by default on a free loopback port.
 * @throws UsageError as `embeddedEngine` and `startServer` do.
 */
export async function startEmbedded(
  options: EngineOptions,
  listening: Omit<ServerOptions, 'prompts'> = {},
): Promise<EngineServer> {
  const { engine, prompts } = await embeddedEngine(new SystemClock(), options);
  const { startServer } = await import('./http/server.ts');
  return startServer(engine, { ...listening, prompts });
}
