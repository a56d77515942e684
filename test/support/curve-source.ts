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
  const names = new Map<string, number>();
  const nameOf = (key: string) => {
    if (!names.has(key)) names.set(key, names.size);
    return names.get(key)!;
  };
  const chainOf = (user: number, tokens: number, of: string) =>
    Array.from({ length: Math.floor(tokens / blockTokens) }, (_, block) => {
      const isShared = (block + 1) * blockTokens <= shared;
      return nameOf(isShared ? `all ${block}` : `${of} ${user} ${block}`);
    });
  return Array.from({ length: rounds * users }, (_, index) => {
    const turn = Math.floor(index / users);
    const user = index % users;
    const inputTokens = shared + history + (turn + 1) * question + turn * answer;
    const prompt = chainOf(user, inputTokens, 'own');
    const held = chainOf(user, inputTokens + answer - 1, areAnswersKept ? 'own' : `lost ${turn}`);
    const chain = [...prompt, ...held.slice(prompt.length)];
    const at = { session: String(user), turn, atMs: index };
    return { chain, inputTokens, promptBlocks: prompt.length, ...at };
  });
}
