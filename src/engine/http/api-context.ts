import type { PromptBuilder } from '../prompt/prompt-builder.ts';

/** What a request is judged by, besides its body. */
export interface ApiContext {
  readonly prompts: PromptBuilder;
  readonly model: string;
  /** Longest prompt plus answer, tokens. */
  readonly lengthLimit: number;
}

export interface ApiPrompt {
  readonly tokens: Int32Array;
  /** What comes before the answer, where it is to be echoed. */
  readonly echo: string | undefined;
}
