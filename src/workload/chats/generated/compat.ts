import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { type ChatMessage, notEnough } from './layout.ts';
import { BASE_QUESTION, type GeneratorPlan, tagOf } from './plan.ts';
import { firstTokens } from './text.ts';

/**
 * The messages as vLLM's bench_dataset.py lays them out, with its arithmetic: on the first turn the
 * common prefix counts as part of the message and the conversation's own prefix does not; the common
 * prefix is two tokens short and has a full stop instead; a conversation's fillers begin a few tokens
 * after those of the one before; slices of tokens are decoded and may count otherwise when sent.
 * @throws UsageError if the text is too short for that.
 */
export function layOutCompat(plan: GeneratorPlan, text: string, tokenizer: Tokenizer) {
  const required = tokensRequired(plan);
  const ids = firstTokens(text, tokenizer, required);
  if (ids.length < required) throw notEnough({ required, available: ids.length });
  const slice = (from: number, tokens: number) => tokenizer.decode(ids.slice(from, from + tokens));
  const { commonTokens } = plan;
  const common = commonTokens ? `${slice(0, Math.max(0, commonTokens - 2))}.` : '';
  const questionTokens = tokenizer.count(`${BASE_QUESTION} `);
  const offsets = prefixOffsets(plan);
  return plan.conversations.map(({ prefixTokens, inputTokens, outputTokens }, index) => {
    const { prefixAt, fillerAt } = offsets[index]!;
    const stride = Math.max(...inputTokens);
    return inputTokens.map((tokens, i): ChatMessage => {
      if (i % 2) return { role: 'assistant', content: slice(0, outputTokens[i]!) };
      const tag = `${i ? '' : common}${tagOf(index)} `;
      const own = i || !prefixTokens ? '' : `${index}, ${slice(prefixAt, prefixTokens)}`;
      const left = tokens - tokenizer.count(tag) - questionTokens;
      const filler = left > 0 ? slice(fillerAt + i * stride, left) : '';
      return { role: 'user', content: `${tag}${own}${BASE_QUESTION} ${filler}` };
    });
  });
}

/** Where each conversation's prefix and fillers begin in the tokens of the text. */
function prefixOffsets({ commonTokens, conversations }: GeneratorPlan) {
  let at = commonTokens;
  return conversations.map(({ prefixTokens, inputTokens }) => {
    const prefixAt = at;
    const fillerAt = prefixAt + prefixTokens;
    at = fillerAt + inputTokens.length;
    return { prefixAt, fillerAt };
  });
}

/** One more than the end of the last slice that a message could have. */
function tokensRequired(plan: GeneratorPlan): number {
  const offsets = prefixOffsets(plan);
  const ends = plan.conversations.map(({ inputTokens, outputTokens }, index) => {
    const stride = Math.max(...inputTokens);
    const last = inputTokens.length - 2;
    return Math.max(
      offsets[index]!.fillerAt + last * stride + inputTokens[last]!,
      ...outputTokens.filter((_, i) => i % 2 === 1),
    );
  });
  return ends.reduce((most, end) => Math.max(most, end), 0) + 1;
}
