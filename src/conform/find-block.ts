import { answerOf } from './answer.ts';
import type { Prompts } from './prompts.ts';
import type { Wire } from './wire.ts';

/** Long enough for chunks of 256 tokens, as caches below the GPU have them. */
const TOKENS = 1024;
/** Of a prompt beyond what it shares. */
const MORE = 8;

/**
 * Tokens of a block by what is found: a prompt that shares all of another finds c tokens of it, a multiple of the
 * block; one that shares c - 1 finds one block less. undefined: nothing is found, or cached tokens are not told.
 */
export async function findBlock(
  wire: Wire,
  {
    model,
    blocks,
    maxModelTokens,
  }: {
    readonly model: string;
    readonly blocks: number | undefined;
    readonly maxModelTokens: number | undefined;
  },
  prompts: Prompts,
): Promise<number | undefined> {
  const length = Math.min(
    TOKENS,
    (maxModelTokens ?? Infinity) - 2 * MORE,
    (blocks ?? Infinity) * 8,
  );
  const first = prompts.fresh(length);
  const cached = async (prompt: readonly number[]): Promise<number | undefined> => {
    const body = { model, prompt, max_tokens: 1 };
    const reply = await wire.post('completions', body).catch(() => undefined);
    return reply?.status === 200 ? answerOf(reply.text).usage.cachedTokens : undefined;
  };
  const sharing = (tokens: number) => cached([...first.slice(0, tokens), ...prompts.fresh(MORE)]);
  await cached(first);
  const all = await sharing(length);
  if (!all) return undefined;
  const less = await sharing(all - 1);
  return less === undefined || less >= all ? undefined : all - less;
}
