import type { PrefixTotals } from '../cache/prefix-reuse.ts';
import type { Capacity } from '../inspect/inspection.ts';
import { part } from '../inspect/reuse.ts';
import type { Definitions } from './result.ts';
import type { Row } from './rows.ts';

/** "The hit rate" of a cache, by each definition, from what every request finds there. */
export function definitionsOf(
  rows: readonly Row[],
  found: { readonly blocks: Int32Array; readonly tokens: Float64Array },
  totals: PrefixTotals,
): Omit<Definitions, keyof Capacity> {
  const sums = { tokens: 0, blocks: 0, shares: 0, any: 0, full: 0 };
  for (const { place, isMeasured, inputTokens, lookedFor } of rows) {
    if (place === undefined || !isMeasured) continue;
    const blocks = found.blocks[place]!;
    sums.blocks += blocks;
    sums.tokens += found.tokens[place]!;
    if (inputTokens > 0) sums.shares += found.tokens[place]! / inputTokens;
    if (blocks > 0) sums.any++;
    if (blocks > 0 && blocks === lookedFor) sums.full++;
  }
  return {
    token: part(sums.tokens, totals.inputTokens),
    block: part(sums.blocks, totals.blocks),
    requestMean: part(sums.shares, totals.requests),
    any: part(sums.any, totals.requests),
    full: part(sums.full, totals.requests),
  };
}
