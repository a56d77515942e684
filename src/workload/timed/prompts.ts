import { stream } from '../../base/random.ts';
import type { Corpus } from '../text/corpus.ts';
import { userMarks } from '../text/user-mark.ts';
import { blockTexts } from '../traces/block-texts.ts';
import type { WorkloadRequest } from './entry.ts';
import type { Planned } from './planned.ts';

/** Where the texts of a workload come from. */
export interface Prompts {
  /** The request with its text; undefined: there is nothing left to say. */
  next(planned: Planned): WorkloadRequest | undefined;
}

export interface MadePrompts {
  readonly seed: string | number;
  readonly corpus: Corpus;
  /** Tokens of a hashed block. */
  readonly blockTokens: number;
}

/**
 * Words of a text, exactly as many tokens as asked for. Where a trace names the blocks of a request, the
 * same block is the same text; no other two begin alike.
 */
export function madePrompts({ seed, corpus, blockTokens }: MadePrompts): Prompts {
  const markOf = userMarks(seed, corpus.leadWords);
  const blockOf = blockTexts(seed, corpus, blockTokens);
  let index = 0;
  return {
    next({ inputTokens, outputTokens, hashIds, session }) {
      if (inputTokens === undefined) throw new Error('no length to make a prompt of');
      const blocks = (hashIds ?? []).map((id, i) =>
        blockOf(id, Math.min(blockTokens, inputTokens - i * blockTokens)),
      );
      // Without blocks all of it; behind the last of them what is left of one without a name.
      const own = Math.max(0, inputTokens - blocks.length * blockTokens);
      if (own) blocks.push(corpus.cut(stream(seed, 'workload prompt', index), own, markOf(index)));
      index++;
      return requestOf({ prompt: blocks.join(' '), tokens: inputTokens, outputTokens, session });
    },
  };
}

export interface Said {
  readonly prompt: string;
  readonly tokens: number;
  readonly outputTokens: number | undefined;
  readonly session: string | number | undefined;
}

export function requestOf({ prompt, tokens, outputTokens, session }: Said): WorkloadRequest {
  return {
    prompt,
    prompt_length: tokens,
    output_length: outputTokens ?? null,
    ...(session === undefined ? {} : { session_id: session }),
  };
}
