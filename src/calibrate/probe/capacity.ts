import { foundTokens, medianTtft } from './cache.ts';
import type { Limit } from './limits.ts';
import type { Answered } from './request.ts';
import type { ProbeSession } from './session.ts';

export interface CapacityOptions {
  readonly what: string;
  readonly blockTokens: number;
  /** Of each prompt that fills it. */
  readonly promptTokens: number;
  /** No more is sent. */
  readonly mostTokens: number;
  readonly mostMs: number;
  /** Blocks that it never gives to anybody: vLLM's null block. */
  readonly nullBlocks: number;
  /** Tokens of these that are not in the cache that is asked for. */
  readonly elsewhere?: (answered: Answered) => number;
}

interface Filler {
  readonly text: string;
  readonly blocks: number;
}

/**
 * Blocks of a cache that forgets what was used least recently: it is filled with prompts until the oldest of them is
 * gone, and then asked for all of them, the newest first: those that are found add up to what it holds.
 */
export async function probeCapacity(
  session: ProbeSession,
  options: CapacityOptions,
): Promise<Limit> {
  const {
    what,
    blockTokens,
    promptTokens,
    mostTokens,
    mostMs,
    nullBlocks,
    elsewhere = () => 0,
  } = options;
  const startMs = session.clock.now();
  const isSpent = () => session.clock.now() - startMs > mostMs || session.leftMs < 0;
  const fillers: Filler[] = [];
  const misses: Answered[] = [];
  const found = async ({ text }: Filler) => {
    const answered = await session.ask(`${what} again`, { text, maxTokens: 1 });
    return Math.floor(
      (foundTokens(answered, medianTtft(misses)) - elsewhere(answered)) / blockTokens,
    );
  };
  let known = 0;
  let total = 0;
  for (let goal = 4 * promptTokens; ; goal *= 2) {
    while (total < Math.min(goal, mostTokens) && !isSpent()) {
      const text = session.prompt(promptTokens);
      const answered = await session.ask(what, { text, maxTokens: 1 });
      if (answered.failure !== undefined) return unknown(known);
      const tokens = answered.usage?.inputTokens ?? promptTokens;
      if (misses.length < 20) misses.push(answered);
      fillers.push({ text, blocks: Math.floor(tokens / blockTokens) });
      total += tokens;
    }
    const oldest = fillers.shift()!;
    const isThere = (await found(oldest)) >= oldest.blocks - 1;
    fillers.push(oldest);
    if (!isThere) break;
    known = fillers.reduce((sum, { blocks }) => sum + blocks, 0);
    if (total >= mostTokens || isSpent()) return unknown(known);
  }
  return counted(fillers, found, nullBlocks);
}

async function counted(
  fillers: readonly Filler[],
  found: (filler: Filler) => Promise<number>,
  nullBlocks: number,
): Promise<Limit> {
  let held = 0;
  let asked = 0;
  for (const filler of fillers.toReversed()) {
    const blocks = await found(filler);
    asked++;
    if (blocks < filler.blocks - 1) {
      held += Math.max(0, blocks);
      break;
    }
    held += filler.blocks;
  }
  // Asking takes blocks of the GPU too: mostly one for each, at most two, of the last token and of the answer.
  const value = held + nullBlocks * asked;
  return { value, low: held, high: held + 2 * asked + 2, how: 'probed' };
}

function unknown(low: number): Limit {
  return { value: undefined, low, high: Infinity, how: 'probed' };
}
