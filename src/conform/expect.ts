/**
 * Tokens of a prompt of `prompt` tokens that a prefix cache has, where the first `shared` of them have been computed
 * before: whole blocks of them, and never the last token of the prompt, which is computed for the answer's first
 * (vLLM v1's `get_computed_blocks`).
 */
export function hit(shared: number, prompt: number, block: number): number {
  return block * Math.floor(Math.min(shared, prompt - 1) / block);
}

/** What is said in every round of a vector, tokens: system prompt, history, question, answer; rounds and users. */
export interface Vector {
  readonly system: number;
  readonly history: number;
  readonly question: number;
  readonly answer: number;
  readonly rounds: number;
  readonly users: number;
}

/** Tokens of a user's prompt in a round, counted from 1: P = S + H + r q + (r - 1) a. */
export function promptTokens({ system, history, question, answer }: Vector, round: number): number {
  return system + history + round * question + (round - 1) * answer;
}

/**
 * Cached tokens of one request by the closed form for a cache without bounds. An answer that comes back as it was is
 * found but for its last token, whose keys and values nobody has computed; one that comes back as other tokens, not
 * at all.
 */
export function vectorHit(
  vector: Vector,
  { user, round }: { readonly user: number; readonly round: number },
  { block, isSame }: { readonly block: number; readonly isSame: boolean },
): number {
  const prompt = promptTokens(vector, round);
  if (round === 1) return user === 0 ? 0 : hit(vector.system, prompt, block);
  const before = promptTokens(vector, round - 1);
  return hit(isSame ? before + vector.answer - 1 : before, prompt, block);
}

/** The most tokens that the cache holds at once, in whole blocks. */
export function vectorSize(vector: Vector, block: number): number {
  const { system, answer, rounds, users } = vector;
  const each = promptTokens(vector, rounds) + answer - system + block;
  return system + users * each;
}
