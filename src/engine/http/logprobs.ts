import type { TokenIds } from '../prompt/token-ids.ts';
import type { Word } from '../prompt/vocabulary.ts';
import type { Api, LogprobsAsked } from './api.ts';

/** One token with its probability, and those of the most likely ones. */
export interface TokenLogprob {
  readonly token: string;
  /** Natural; null of a prompt's token, which nothing has drawn. */
  readonly logprob: number | null;
  readonly top: readonly string[];
}

/**
 * What a response says of the probabilities of its tokens. The words of an answer are drawn alike, so each has
 * 1 / N, and of the most likely ones, which all are, the drawn one comes first.
 */
export function logprobsOf(
  { top, asIds }: LogprobsAsked,
  words: readonly Word[],
  { toClient }: TokenIds,
): (id: number, text: string) => TokenLogprob {
  const nameOf = (id: number, text: string): string => (asIds ? `token_id:${toClient(id)}` : text);
  const logprob = -Math.log(words.length);
  const likely = words.slice(0, top).map(({ id, text }) => nameOf(id, text));
  return (id, text) => {
    const token = nameOf(id, text);
    const others = likely.filter((other) => other !== token);
    return { token, logprob, top: [token, ...others].slice(0, top) };
  };
}

/** The `logprobs` of a choice with these tokens. `offset`: characters of the answer before them. */
export function logprobsJson(api: Api, tokens: readonly TokenLogprob[], offset: number): object {
  return api === 'chat' ? chatJson(tokens) : completionJson(tokens, offset);
}

function chatJson(tokens: readonly TokenLogprob[]): object {
  return {
    content: tokens.map(({ token, logprob, top }) => ({
      ...entry(token, logprob),
      top_logprobs: top.map((other) => entry(other, logprob)),
    })),
  };
}

function entry(token: string, logprob: number | null): object {
  return { token, logprob, bytes: [...Buffer.from(token)] };
}

/** Here the drawn one is always told, and so many besides it. */
function completionJson(tokens: readonly TokenLogprob[], offset: number): object {
  let at = offset;
  const offsets = tokens.map(({ token }) => {
    at += token.length;
    return at - token.length;
  });
  return {
    text_offset: offsets,
    token_logprobs: tokens.map(({ logprob }) => logprob),
    tokens: tokens.map(({ token }) => token),
    top_logprobs: tokens.map(({ token, logprob, top }) =>
      logprob === null ? null : Object.fromEntries([token, ...top].map((one) => [one, logprob])),
    ),
  };
}
