import type { Word } from './vocabulary.ts';

/**
 * The tokens around reasoning. They are generated and cached like all others, and count as completion
 * tokens, but not as reasoning (as vLLM's `count_reasoning_tokens` has it), and chat streams leave them
 * out. Negative, so that they are in no vocabulary.
 */
export const THINK_OPEN: Word = { id: -3, text: '<think>' };
export const THINK_CLOSE: Word = { id: -4, text: '</think>' };

export const THINK_MARKS: readonly Word[] = [THINK_OPEN, THINK_CLOSE];

export type TokenKind = 'reasoning' | 'content' | 'mark';

/** Tells what the tokens of one answer are, in their order: what a reasoning parser does for a chat. */
export function reasoningParser(): (id: number) => TokenKind {
  let isThinking = false;
  return (id) => {
    if (id !== THINK_OPEN.id && id !== THINK_CLOSE.id) return isThinking ? 'reasoning' : 'content';
    isThinking = id === THINK_OPEN.id;
    return 'mark';
  };
}

export interface Thought {
  /** undefined: the message has no think block. */
  readonly reasoning: string | undefined;
  readonly content: string;
}

/** Newlines around the block are the client's; the template of Qwen3 drops and sets them as well. */
const THINK_BLOCK = /^<think>([\s\S]*?)<\/think>\n*/;

/** The parts of an assistant's message as clients send it back: `<think>reasoning</think>`, then the content. */
export function thoughtIn(text: string): Thought {
  const block = THINK_BLOCK.exec(text);
  if (!block) return { reasoning: undefined, content: text };
  return { reasoning: block[1]!, content: text.slice(block[0].length) };
}
