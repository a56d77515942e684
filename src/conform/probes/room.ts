import type { Answer } from '../answer.ts';
import { cachedIn, type Trial } from '../trial.ts';
import { Silent } from '../verdict.ts';

/** A cache of a known number of blocks, with nobody else in it. */
export interface Room {
  /** Blocks that requests can use: vLLM keeps one for itself. */
  readonly blocks: number;
  /** Longest prompt that is sent. */
  readonly tokensMax: number;
  /** Computes so many blocks that nobody had before. */
  fill(blocks: number): Promise<void>;
  /** Of the cached tokens of a request those that were on the GPU. */
  local(ask: () => Promise<Answer>): Promise<number>;
}

/** Of a prompt where the model tells no length. */
const PROMPT_TOKENS_MAX = 4096;

/** @param needsTiers it has to have tiers below the GPU */
export async function roomOf(t: Trial, needsTiers = false): Promise<Room> {
  const { blocks, maxModelTokens = PROMPT_TOKENS_MAX } = t.subject;
  if (blocks === undefined) throw new Silent('it does not tell how many blocks it has (--blocks)');
  await t.idle();
  const usable = blocks - 1;
  if (usable * t.block > t.fillTokensMax) {
    throw new Silent(
      `its cache takes ${usable * t.block} tokens to fill; at most ${t.fillTokensMax} are sent (--fill)`,
    );
  }
  const hasTiers = await tiersOf(t);
  if (needsTiers && !hasTiers) throw new Silent('it has no tiers below the GPU');
  const tokensMax = maxModelTokens - 1;
  const most = Math.min(usable, Math.floor(tokensMax / t.block));
  return {
    blocks: usable,
    tokensMax,
    async fill(count) {
      for (let left = count; left > 0; left -= most) {
        await t.complete(t.fresh(Math.min(left, most) * t.block));
      }
    },
    async local(ask) {
      if (!hasTiers) return cachedIn(await ask());
      let answer: Answer | undefined;
      const { localHitTokens } = await t.counted(
        async () => {
          answer = await ask();
        },
        ({ succeeded = 1 }) => succeeded === 1,
      );
      const told = localHitTokens ?? answer!.usage.localCachedTokens;
      if (told === undefined)
        throw new Silent('it does not tell which tokens came from below the GPU');
      return told;
    },
  };
}

/** Whoever has tiers looks into them for what the GPU does not have. */
async function tiersOf(t: Trial): Promise<boolean> {
  const { externalLookedUpTokens } = await t.counted(
    async () => void (await t.complete(t.fresh(t.unit + t.part))),
    ({ succeeded = 1 }) => succeeded === 1,
  );
  return (externalLookedUpTokens ?? 0) > 0;
}
