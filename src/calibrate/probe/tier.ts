import type { CounterName } from '../../server/quantities.ts';
import { Reading } from '../../server/reading.ts';
import { counterOf } from '../../server/told-by.ts';
import { prefillSeen } from './prefill.ts';
import type { PrefillSeen } from './seen.ts';
import type { ProbeSession } from './session.ts';

/** A prompt that had left the GPU, asked for again. */
export interface LoadSeen extends PrefillSeen {
  /** Tokens of it that a tier below the GPU gave; undefined: the server does not say where they were. */
  readonly loadedTokens: number | undefined;
}

export interface TierSeen {
  readonly loads: readonly LoadSeen[];
  /** The same prompts once more, now on the GPU again. */
  readonly hits: readonly PrefillSeen[];
  /** Bytes of a token's KV, and bytes a second, by the server's own counters. */
  readonly bytesPerToken: number | undefined;
  readonly readGBps: number | undefined;
  readonly writeGBps: number | undefined;
  /** Something came back from below the GPU. */
  readonly hasTier: boolean;
}

const LENGTHS = [256, 512, 1024, 2048, 4096, 8192];
const COPIES = 4;
/** So much more than the GPU holds is sent before anything is asked for again. */
const FLOOD = 1.1;

export interface TierOptions {
  readonly kvTokens: number;
  readonly longest: number;
  readonly blockTokens: number;
}

/** Prompts, then more prompts than the GPU holds, then the first ones again: a tier below the GPU still has them. */
export async function probeTier(session: ProbeSession, options: TierOptions): Promise<TierSeen> {
  session.stage('what is below the GPU');
  const { kvTokens, longest, blockTokens } = options;
  const before = await session.page();
  const lengths = LENGTHS.filter((length) => length <= Math.min(longest, kvTokens / 4));
  const texts = lengths.flatMap((length) =>
    Array.from({ length: COPIES }, () => ({ length, text: session.prompt(length) })),
  );
  for (const { length, text } of texts)
    await session.ask(`store ${length}`, { text, maxTokens: 1 });
  const flood = Math.min(longest, Math.max(blockTokens * 4, Math.floor(kvTokens / 8)), 8192);
  for (let sent = 0; sent < kvTokens * FLOOD; sent += flood) await session.fresh('flood', flood);
  const middle = await session.page();
  const loads: LoadSeen[] = [];
  const hits: PrefillSeen[] = [];
  let last = middle;
  for (const { length, text } of texts) {
    const answered = await session.ask(`load ${length}`, { text, maxTokens: 1 });
    const page = await session.page();
    const seen = prefillSeen(`load ${length}`, answered);
    const loadedTokens =
      answered.usage?.externalCachedTokens ?? rise(last, page, 'externalHitTokens');
    last = page;
    if (seen) loads.push({ ...seen, loadedTokens });
    const again = prefillSeen(
      `reloaded ${length}`,
      await session.ask(`reloaded ${length}`, { text, maxTokens: 1 }),
    );
    if (again) hits.push(again);
  }
  const loaded = loads.reduce(
    (sum, { loadedTokens, cachedTokens }) => sum + (loadedTokens ?? cachedTokens),
    0,
  );
  const loadedBytes = rise(middle, last, 'loadedBytes');
  return {
    loads,
    hits,
    hasTier: loaded > loads.length * blockTokens,
    bytesPerToken: loadedBytes && loaded > 0 ? loadedBytes / loaded : undefined,
    readGBps: rate(loadedBytes, rise(middle, last, 'loadSec')),
    writeGBps: rate(rise(before, last, 'storedBytes'), rise(before, last, 'storeSec')),
  };
}

function rate(bytes: number | undefined, sec: number | undefined): number | undefined {
  return bytes && sec ? bytes / sec / 1e9 : undefined;
}

/** By how much a counter rose from one page to the other; undefined: they do not tell. */
export function rise(
  before: string | undefined,
  after: string | undefined,
  quantity: CounterName,
): number | undefined {
  if (before === undefined || after === undefined) return undefined;
  const reading = new Reading();
  const place = { server: '', window: '' };
  reading.add({ text: before, isFirst: true, isLast: false }, place);
  reading.add({ text: after, isFirst: false, isLast: true }, place);
  return counterOf(reading, quantity)?.total;
}
