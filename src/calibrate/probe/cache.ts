import { prefillSeen } from './prefill.ts';
import type { Answered } from './request.ts';
import type { PrefillSeen } from './seen.ts';
import { median, type ProbeSession, ttftMsOf } from './session.ts';

/** What is known of the cache of prompts. */
export interface CacheSeen {
  /** Whether a prompt that was sent before is found again; undefined: it cannot be told. */
  readonly isCaching: boolean | undefined;
  /** The server says how much of a prompt was cached. */
  readonly isTold: boolean;
  /** By what cached tokens are multiples of; undefined: nothing was told. */
  readonly blockTokens: number | undefined;
  readonly blockProbes: number;
  /** Prompts that were found again: all but their last block was cached. */
  readonly hits: readonly PrefillSeen[];
}

const LENGTHS = [256, 1024, 4096, 8192];
const ROUNDS = 3;
/** Words that two prompts have in common, out of step with any block size. */
const COMMON = [333, 398, 451, 507, 566];
const COMMON_TOKENS = 700;
/** A prompt that was found takes less of its first time than this. */
const HIT_SHARE = 0.6;

/** Sends prompts again, and prompts that begin like others. */
export async function probeCache(session: ProbeSession, longest: number): Promise<CacheSeen> {
  session.stage('the cache of prompts');
  const hits: PrefillSeen[] = [];
  const firstMs: number[] = [];
  const againMs: number[] = [];
  let isTold = false;
  for (const length of LENGTHS.filter((one) => one <= longest)) {
    for (let round = 0; round < ROUNDS; round++) {
      const text = session.prompt(length);
      const first = await session.ask(`first ${length}`, { text, maxTokens: 1 });
      const again = await session.ask(`again ${length}`, { text, maxTokens: 1 });
      const seen = prefillSeen(`again ${length}`, again);
      isTold ||= again.usage?.cachedTokens !== undefined;
      if (seen) hits.push(seen);
      firstMs.push(ttftMsOf(first) ?? Number.NaN);
      againMs.push(ttftMsOf(again) ?? Number.NaN);
    }
  }
  const hitTokens = hits.reduce((sum, { cachedTokens }) => sum + cachedTokens, 0);
  const isFaster = againMs.at(-1)! < HIT_SHARE * firstMs.at(-1)!;
  const isCaching = isTold
    ? hitTokens > hits.length * session.overheadTokens
    : isFaster || undefined;
  const blocks = isTold && isCaching ? await probeBlocks(session) : [];
  return {
    isCaching,
    isTold,
    blockTokens: blocks.length ? blocks.reduce(commonDivisor) : undefined,
    blockProbes: blocks.length,
    // What was not told is not known: how much of it was computed.
    hits: isTold && isCaching ? hits : [],
  };
}

/** Cached tokens of prompts of which so much had been sent before: each is a multiple of the block. */
async function probeBlocks(session: ProbeSession): Promise<number[]> {
  const words = session.prompt(COMMON_TOKENS).split(' ');
  await session.ask('common', { text: words.join(' '), maxTokens: 1 });
  const found: number[] = [];
  for (const common of COMMON) {
    const own = session.prompt(COMMON_TOKENS - common);
    const text = `${words.slice(0, common).join(' ')} ${own}`;
    const answered = await session.ask(`common ${common}`, { text, maxTokens: 1 });
    const cached = answered.usage?.cachedTokens;
    if (cached) found.push(cached);
  }
  return found;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

/** How much of a prompt was found, where it is told, or else all or nothing by its time. */
export function foundTokens(answered: Answered, missMs: number): number {
  const { cachedTokens, inputTokens = 0 } = answered.usage ?? {};
  if (cachedTokens !== undefined) return cachedTokens;
  return (ttftMsOf(answered) ?? Infinity) < HIT_SHARE * missMs ? inputTokens : 0;
}

export function medianTtft(answers: readonly Answered[]): number {
  return median(answers.flatMap((answered) => ttftMsOf(answered) ?? []));
}
