import type { Belady } from '../cache/belady.ts';
import type { Hits } from '../cache/hit-curve.ts';
import type { PrefixReuseSummary } from '../cache/prefix-reuse.ts';
import type { Axis, Figure } from '../report/figures/figure.ts';
import type { Point } from '../stats/sample.ts';
import type { ReuseSummary } from './inspection.ts';
import { part } from './reuse.ts';

const POINTS_PER_DECADE = 12;
/** The bound costs a pass for each: of many blocks it is drawn in fewer points. */
const BOUND_PER_DECADE = 4;
const MANY_REFERENCES = 100_000;
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
  { lru, totals, bound }: PrefixReuseSummary,
  { unlimited }: ReuseSummary,
  blockTokens: number,
): Figure {
  const point = (blocks: number, { tokens }: Hits): Point => {
    return [blocks * blockTokens, part(tokens, totals.inputTokens)];
  };
  const all = totals.distinctBlocks;
  const found = wholeSteps(all, POINTS_PER_DECADE).map((blocks) => point(blocks, lru.at(blocks)));
  const ends = [found[0]!, found.at(-1)!].map(([tokens]): Point => [tokens, unlimited.token]);
  const perDecade = totals.blocks > MANY_REFERENCES ? BOUND_PER_DECADE : POINTS_PER_DECADE;
  const best = bound ? boundPoints(bound, all, totals.found.tokens, perDecade) : [];
  return {
    name: 'hit-vs-capacity',
    title: 'Hit share by capacity',
    kind: 'line',
    x: { label: 'capacity', unit: 'tokens', scale: 'log' },
    y: SHARE,
    series: [
      { name: 'LRU', points: found },
      ...(best.length
        ? [{ name: 'upper bound', points: best.map(([blocks, hits]) => point(blocks, hits)) }]
        : []),
      { name: 'unlimited', points: ends },
    ],
    notes: [],
  };
}

/** Up to where all is found that there is. */
function boundPoints(
  bound: Belady,
  all: number,
  foundTokens: number,
  perDecade: number,
): [number, Hits][] {
  const points: [number, Hits][] = [];
  for (const blocks of wholeSteps(all, perDecade)) {
    const hits = bound.at(blocks);
    points.push([blocks, hits]);
    if (hits.tokens >= foundTokens) break;
  }
  return points;
}

function byTimeToLive({ ttl, totals }: PrefixReuseSummary, spanMs: number): Figure {
  const ttlsSec = steps(LEAST_SEC, Math.max(10 * LEAST_SEC, spanMs / 1000), POINTS_PER_DECADE);
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

/** From 1 to the greatest, both of them, each once. */
function wholeSteps(greatest: number, perDecade: number): number[] {
  return [...new Set(steps(1, greatest, perDecade).map(Math.ceil))];
}

/** From the least to the greatest, both of them, evenly on a logarithmic scale. */
function steps(least: number, greatest: number, perDecade: number): number[] {
  const count = Math.max(1, Math.ceil(Math.log10(greatest / least) * perDecade));
  return Array.from({ length: count + 1 }, (_, step) =>
    step === count ? greatest : least * (greatest / least) ** (step / count),
  );
}
