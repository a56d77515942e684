import { type Clock, SystemClock } from '../base/clock.ts';
import { UsageError } from '../base/errors.ts';
import type { EngineOptions } from '../scenario/engine.ts';
import { loadTokenizer } from '../workload/tokenizer.ts';
import { Engine, type ServingEngine } from './engine.ts';
import { FixedEngine, type FixedLatency } from './fixed-engine.ts';
import type { EngineServer, ServerOptions } from './http/server.ts';
import { PromptBuilder } from './prompt.ts';
import { findWords } from './vocabulary.ts';

export interface EmbeddedEngine {
  readonly engine: Engine;
  readonly prompts: PromptBuilder;
}

/**
 * An engine with the tokenizer of its options, on any clock.
 * @throws UsageError for an unknown GPU, or a tokenizer that cannot be had or used.
 */
export async function embeddedEngine(
  clock: Clock,
  options: EngineOptions,
): Promise<EmbeddedEngine> {
  const tokenizer = await loadTokenizer(options.tokenizer ?? 'gpt2');
  return {
    engine: new Engine(clock, options, findWords(tokenizer)),
    prompts: new PromptBuilder(tokenizer),
  };
}

/** What a run in virtual time talks to: the engine, or the stand-in with fixed latency that its options name. */
export function simulatedEngine(
  clock: Clock,
  options: EngineOptions,
): Promise<{ readonly engine: ServingEngine; readonly prompts: PromptBuilder }> {
  const { fixed } = options;
  return fixed ? fixedEngine(clock, options, fixed) : embeddedEngine(clock, options);
}

/** @throws UsageError for a tokenizer that cannot be had or used. */
export async function fixedEngine(clock: Clock, options: EngineOptions, latency: FixedLatency) {
  const tokenizer = await loadTokenizer(options.tokenizer ?? 'gpt2');
  return {
    engine: new FixedEngine(clock, options, latency, findWords(tokenizer)),
    prompts: new PromptBuilder(tokenizer),
  };
}

/**
 * The engine behind HTTP in this process, on a clock of its own; by default on a free loopback port.
 * @throws UsageError as `embeddedEngine` and `startServer` do.
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
  const { engine, prompts } = await embeddedEngine(new SystemClock(), options);
  const { startServer } = await import('./http/server.ts');
  return startServer(engine, { ...listening, prompts });
}
