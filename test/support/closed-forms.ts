/** Users of one shape, who take their turns one after the other in each round (design note D.2). */
export interface Shape {
  /** Tokens that all users share, and each one's own history. */
  readonly shared: number;
  readonly history: number;
  readonly question: number;
  readonly answer: number;
  readonly rounds: number;
  readonly users: number;
  readonly blockTokens: number;
}

export interface ClosedForm {
  readonly shape: Shape;
  /** Tokens found by a cache that forgets nothing, where answers come back as they were. */
  readonly hits: number;
  /** And where they come back as other tokens. */
  readonly hitsOfOthers: number;
  readonly prompts: number;
}

// cached_r = B * min(floor((P_{r-1} + a - 1) / B), floor((P_r - 1) / B)); without `a - 1` for other answers.
const ROWS = [
  // S, H, q, a, M, U, B, hits with the answers kept, hits with other answers, prompt tokens
  [1000, 2000, 24, 100, 5, 10, 16, 140_928, 137_088, 163_600],
  [1000, 20_000, 24, 100, 20, 5, 16, 2_115_808, 2_106_688, 2_220_200],
  [64, 0, 7, 33, 6, 4, 16, 3648, 3008, 4104],
  [100, 50, 13, 16, 8, 3, 16, 5616, 5328, 6348],
  [1000, 2000, 24, 100, 5, 10, 1, 141_360, 137_400, 163_600],
  [512, 512, 32, 64, 4, 6, 16, 24_160, 23_296, 28_800],
  [17, 1, 1, 1, 9, 3, 16, 464, 464, 729],
] as const;

export const closedForms: readonly (readonly [title: string, form: ClosedForm])[] = ROWS.map(
  ([
    shared,
    history,
    question,
    answer,
    rounds,
    users,
    blockTokens,
    hits,
    hitsOfOthers,
    prompts,
  ]) => [
    `S=${shared} H=${history} q=${question} a=${answer} M=${rounds} U=${users} B=${blockTokens}`,
    {
      shape: { shared, history, question, answer, rounds, users, blockTokens },
      hits,
      hitsOfOthers,
      prompts,
    },
  ],
);
