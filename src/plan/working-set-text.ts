import { measure, percent, UNKNOWN } from '../report/number.ts';
import { type Field, field } from '../report/section.ts';
import type { KvWorkingSet } from './working-set.ts';

/** What conversations would hold in the KV cache, beside what the scenario's engine has. */
export function workingSetFields(kv: KvWorkingSet): Field[] {
  const { longestBlocks, blocks, blockTokens, gpu, bytesPerToken, replicas } = kv;
  const refused = longestBlocks > blocks ? ': MORE than the engine has, which will refuse it' : '';
  const has = `${blocks} blocks of ${blockTokens} tokens, ${sizeText(kv, blocks)}`;
  return [
    ...liveFields(kv),
    field('longest request', `${longestBlocks} blocks${refused}`),
    field('engine has', `${has} (${gpu} profile, ${bytesPerToken} bytes a token)`),
    ...tierFields(kv),
    ...(replicas > 1
      ? [field('replicas', `${replicas}, each with so much: what follows is of one alone`)]
      : []),
    field('so', verdict(kv)),
  ];
}

function liveFields(kv: KvWorkingSet): Field[] {
  const { liveBlocks, liveTokens, lruBlocks } = kv;
  if (liveBlocks.peak === 0) return [field('live', NO_TIME)];
  const mean = `${measure(liveBlocks.mean)} blocks, ${measure(liveTokens.mean)} tokens`;
  const peak = `${liveBlocks.peak} blocks, ${liveTokens.peak} tokens`;
  const lru = `${measure(lruBlocks)} blocks, ${sizeText(kv, lruBlocks)}`;
  return [
    field('live, mean', `${mean}, ${sizeText(kv, liveBlocks.mean)}`),
    field('live, peak', `${peak}, ${sizeText(kv, liveBlocks.peak)}`),
    ...(lruBlocks === undefined
      ? []
      : [field('LRU needs', `${lru} at the peak: it keeps finished conversations too`)]),
  ];
}

/** Single turns, and closed loops, last as long as their requests do. */
const NO_TIME = 'unknown: no conversation lasts for any time; give --ttft-ms or --tpot-ms';

function tierFields(kv: KvWorkingSet): Field[] {
  const { tiers, isInclusive, reachableBlocks, breakEvenGBps } = kv;
  if (!tiers.length) return [];
  const sizes = tiers.map(
    ({ medium, blocks }) => `${medium} ${blocks} blocks, ${sizeText(kv, blocks)}`,
  );
  const rule = isInclusive
    ? 'inclusive, so the largest counts'
    : 'exclusive, so they add to the GPU';
  const links = tiers.map(({ medium, readGBps }) => `${medium} reads ${measure(readGBps)} GB/s`);
  const breakEven = `loading a token beats computing it above ${measure(breakEvenGBps)} GB/s`;
  return [
    field('below the GPU', `${sizes.join('; ')}; ${rule}: ${reachableBlocks} blocks in reach`),
    field('loading', `${links.join(', ')}, shared by all loads; ${breakEven}`),
  ];
}

function verdict({ liveBlocks, lruBlocks, blocks, reachableBlocks }: KvWorkingSet): string {
  const { peak } = liveBlocks;
  const need = Math.max(peak, lruBlocks ?? 0);
  if (peak === 0) return UNKNOWN;
  if (need <= blocks) return `it fits: at most ${percent(need / blocks)} of the blocks`;
  const isHeld = reachableBlocks > blocks && need <= reachableBlocks;
  const held = `the tiers below hold it all, at most ${percent(need / reachableBlocks)} of the blocks in reach`;
  if (peak > blocks) {
    const times = `the live conversations alone are ${measure(peak / blocks)} times what fits`;
    return isHeld ? `${times} the GPU; ${held}` : `${times}: expect evictions between turns`;
  }
  const finished = 'live conversations fit, but not with the finished ones that LRU keeps';
  return isHeld ? `${finished}; ${held}` : `${finished}: expect evictions`;
}

function sizeText({ blockTokens, bytesPerToken }: KvWorkingSet, blocks: number | undefined) {
  const gigabytes = blocks === undefined ? undefined : (blocks * blockTokens * bytesPerToken) / 1e9;
  return `${measure(gigabytes)} GB`;
}
