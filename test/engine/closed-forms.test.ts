import { expect, test } from 'vitest';
import { closedForms, type Shape } from '../support/closed-forms.ts';
import { Bench, privateTokens } from '../support/engine-rig.ts';

/** Plays users in turn, round by round, one request at a time, against a cache that nothing is evicted from. */
function play(load: Shape, answersAreKept: boolean): { hits: number; prompts: number } {
  const { shared, history, question, answer, rounds, users, blockTokens } = load;
  const blocks = 200_000 / blockTokens + 10_000;
  const bench = new Bench({ blockTokens, blocks, maxModelTokens: 200_000 });
  const chats = Array.from({ length: users }, (_, user) => [
    ...privateTokens(999, shared),
    ...privateTokens(user, history),
  ]);
  let hits = 0;
  let prompts = 0;
  for (let round = 0; round < rounds; round++) {
    for (const [user, chat] of chats.entries()) {
      chat.push(...privateTokens(user, question, 100_000 + 1000 * round));
      const promptTokens = Int32Array.from(chat);
      const { ids, end } = bench.ask({ promptTokens, maxTokens: answer, ignoreEos: true });
      hits += end!.cachedTokens;
      prompts += end!.promptTokens;
      chat.push(...(answersAreKept ? ids : privateTokens(user, answer, 500_000 + 1000 * round)));
    }
  }
  expect(bench.engine.stats).toMatchObject({ prefixHits: hits, prefixQueries: prompts });
  return { hits, prompts };
}

test.each(closedForms)('%s', (_, { shape, hits, hitsOfOthers, prompts }) => {
  expect(play(shape, true)).toEqual({ hits, prompts });
  expect(play(shape, false)).toEqual({ hits: hitsOfOthers, prompts });
});
