import type { PrefixReuseSummary } from '../cache/prefix-reuse.ts';
import type { Axis, Figure } from '../report/figures/figure.ts';
import type { Point } from '../stats/sample.ts';
import type { ReuseSummary } from './inspection.ts';
import { part } from './reuse.ts';

const POINTS_PER_DECADE = 12;
/** A time to live is shown from this on. */
const LEAST_SEC = 1;

const SHARE: Axis = { label: 'share of the input tokens', unit: 'share' };

/** What prefix caches could find, by their size and by their time to live. */
export function reuseFigures(
  reuse: PrefixReuseSummary,
  summary: ReuseSummary,
  { blockTokens, spanMs }: { readonly blockTokens: number; readonly spanMs: number },
): Figure[] {
  return [
    byCapacity(reuse, summary, blockTokens),
    ...(reuse.ttl ? [byTimeToLive(reuse, spanMs)] : []),
  ];
}

function byCapacity(
  { lru, totals }: PrefixReuseSummary,
  { lru: { points }, unlimited }: ReuseSummary,
  blockTokens: number,
): Figure {
  const capacities = [...new Set(steps(1, totals.distinctBlocks).map(Math.ceil))];
  const found = capacities.map((blocks): Point => {
    return [blocks * blockTokens, part(lru.at(blocks).tokens, totals.inputTokens)];
  });
  const bound = points.flatMap(({ tokens, boundShare }): Point[] =>
    boundShare === undefined ? [] : [[tokens, boundShare]],
  );
  const ends = [found[0]!, found.at(-1)!].map(([tokens]): Point => [tokens, unlimited.token]);
  return {
    name: 'hit-share-by-capacity',
    title: 'Hit share by capacity',
    kind: 'line',
    x: { label: 'capacity', unit: 'tokens', scale: 'log' },
    y: SHARE,
    series: [
      { name: 'LRU', points: found },
      ...(bound.length ? [{ name: 'upper bound', points: bound }] : []),
      { name: 'unlimited', points: ends },
    ],
    notes: [],
  };
}

function byTimeToLive({ ttl, totals }: PrefixReuseSummary, spanMs: number): Figure {
  const ttlsSec = steps(LEAST_SEC, Math.max(10 * LEAST_SEC, spanMs / 1000));
  const found = ttl!.at(ttlsSec.map((ttlSec) => 1000 * ttlSec));
  const points = ttlsSec.map((ttlSec, index): Point => {
    return [ttlSec, part(found[index]!.tokens, totals.inputTokens)];
  });
  return {
    name: 'hit-share-by-time-to-live',
    title: 'Hit share by time to live',
    kind: 'line',
    x: { label: 'time to live', unit: 's', scale: 'log' },
    y: SHARE,
    series: [{ name: 'of any size', points }],
    notes: ['A hit refreshes a block.'],
  };
}

/** From the least to the greatest, both of them, evenly on a logarithmic scale. */
function steps(least: number, greatest: number): number[] {
  const count = Math.max(1, Math.ceil(Math.log10(greatest / least) * POINTS_PER_DECADE));
  return Array.from({ length: count + 1 }, (_, step) =>
    step === count ? greatest : least * (greatest / least) ** (step / count),
  );
}
