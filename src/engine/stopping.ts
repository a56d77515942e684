import type { Answer } from './answer.ts';
import type { Word } from './prompt/vocabulary.ts';
import type { StopAt } from './serving.ts';

/**
 * The answer as far as the first of the stops, by vLLM's rules: ids count from `minTokens` tokens on, strings after
 * them, and of several strings that one token completes the first in the list. The token that completes it is the
 * last of the answer.
 */
export function stopped(
  answer: Answer,
  { strings, tokenIds, isIncluded }: StopAt,
  minTokens: number,
  vocabulary: readonly Word[],
): Answer {
  const { wordIndexes } = answer;
  let text = '';
  for (let i = 0; i < wordIndexes.length; i++) {
    const { id, text: word } = vocabulary[wordIndexes[i]!]!;
    text += word;
    const count = i + 1;
    if (count >= minTokens && tokenIds.includes(id)) {
      return cut(answer, count, id, isIncluded ? 0 : word.length);
    }
    if (count <= minTokens) continue;
    for (const stop of strings) {
      const at = text.indexOf(stop, Math.max(0, text.length - word.length - stop.length + 1));
      if (at < 0) continue;
      const end = isIncluded ? at + stop.length : at;
      return cut(answer, count, stop, text.length - end);
    }
  }
  return answer;
}

function cut(answer: Answer, count: number, stopReason: string | number, cutChars: number): Answer {
  const { wordIndexes, reasoningTokens } = answer;
  return {
    wordIndexes: wordIndexes.subarray(0, count),
    reasoningTokens: Math.min(reasoningTokens, Math.max(0, count - 1)),
    ...{ finishReason: 'stop', stopReason, cutChars },
  };
}
