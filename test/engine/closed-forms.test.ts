import { expect, test } from 'vitest';
import { Bench, privateTokens } from './bench.ts';

interface Workload {
  readonly shared: number;
  readonly history: number;
  readonly question: number;
  readonly answer: number;
  readonly rounds: number;
  readonly users: number;
  readonly blockTokens: number;
}

/** Plays users in turn, round by round, one request at a time, against a cache that nothing is evicted from. */
function play(load: Workload, answersAreKept: boolean): { hits: number; prompts: number } {
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

// Totals of the closed form, per workload: cached_r = B * min(floor((P_{r-1} + a - 1) / B), floor((P_r - 1) / B)).
test.each([
  // S, H, q, a, M, U, B, hits with the answers kept, hits with other answers, prompt tokens
  [1000, 2000, 24, 100, 5, 10, 16, 140928, 137088, 163600],
  [1000, 20000, 24, 100, 20, 5, 16, 2115808, 2106688, 2220200],
  [64, 0, 7, 33, 6, 4, 16, 3648, 3008, 4104],
  [100, 50, 13, 16, 8, 3, 16, 5616, 5328, 6348],
  [1000, 2000, 24, 100, 5, 10, 1, 141360, 137400, 163600],
  [512, 512, 32, 64, 4, 6, 16, 24160, 23296, 28800],
  [17, 1, 1, 1, 9, 3, 16, 464, 464, 729],
])('S=%d H=%d q=%d a=%d M=%d U=%d B=%d hits %d, or %d with other answers, of %d', (...row) => {
  const [shared, history, question, answer, rounds, users, blockTokens] = row;
  const [, , , , , , , hitsKept, hitsOther, prompts] = row;
  const load = { shared, history, question, answer, rounds, users, blockTokens };
  expect(play(load, true)).toEqual({ hits: hitsKept, prompts });
  expect(play(load, false)).toEqual({ hits: hitsOther, prompts });
});
