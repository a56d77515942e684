import type { Clock } from '../base/clock.ts';
import type { EngineOptions } from '../scenario/engine.ts';
import { loadTokenizer } from '../workload/tokenizer.ts';
import { Engine } from './engine.ts';
import { PromptBuilder } from './prompt.ts';
import { findWords } from './vocabulary.ts';

/** An engine with its vocabulary, ready to be put behind a server or a transport. */
export async function openEngine(
  clock: Clock,
  options: EngineOptions,
  tokenizerName: string,
): Promise<{ engine: Engine; prompts: PromptBuilder }> {
  const tokenizer = await loadTokenizer(tokenizerName);
  const engine = new Engine(clock, options, findWords(tokenizer));
  return { engine, prompts: new PromptBuilder(tokenizer) };
}
