import type { CurveRequest, CurveSource } from '../../src/curve/request.ts';
import type { Shape } from './closed-forms.ts';

/** Requests that are at hand, as a source of them. */
export function sourceOf(
  requests: readonly CurveRequest[],
  fields: Partial<CurveSource> = {},
): CurveSource {
  return {
    kind: 'trace',
    name: 'made',
    how: [],
    blockTokens: 4,
    play: async (begin) => {
      const fold = begin();
      for (const request of requests) fold.add(request);
      return { fold, warnings: [] };
    },
    ...fields,
  };
}

/** The requests of a shape, user after user in each round; answers come back as they were, or as other tokens. */
export function shapeRequests(shape: Shape, areAnswersKept: boolean): CurveRequest[] {
  const { shared, history, question, answer, rounds, users, blockTokens } = shape;
  const sharedBlocks = Math.floor(shared / blockTokens);
  const longest = shared + history + rounds * (question + answer);
  const perUser = Math.ceil(longest / blockTokens);
  /** `kind` 0 is what comes back; the others come back in no prompt. */
  const chainOf = (user: number, tokens: number, kind: number) =>
    Array.from({ length: Math.floor(tokens / blockTokens) }, (_, block) =>
      block < sharedBlocks ? block : sharedBlocks + (kind * users + user) * perUser + block,
    );
  return Array.from({ length: rounds * users }, (_, index) => {
    const turn = Math.floor(index / users);
    const user = index % users;
    const inputTokens = shared + history + (turn + 1) * question + turn * answer;
    const prompt = chainOf(user, inputTokens, 0);
    const held = chainOf(user, inputTokens + answer - 1, areAnswersKept ? 0 : 1 + turn);
    const chain = [...prompt, ...held.slice(prompt.length)];
    const at = { session: String(user), turn, atMs: index };
    return { chain, inputTokens, promptBlocks: prompt.length, ...at };
  });
}
