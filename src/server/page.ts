import type { GaugeName } from './quantities.ts';
import { Reading } from './reading.ts';
import { gaugeOf } from './told-by.ts';

/** The share of the KV cache in use by one page, of its fullest engine, 0 to 1; undefined: it does not say. */
export function kvUsageOf(page: string): number | undefined {
  return gaugesOf(page, ['kvUsage']).kvUsage;
}

/** Tokens of a block by one page; undefined where it does not say, or several engines say different things. */
export function blockTokensOf(page: string): number | undefined {
  return gaugesOf(page, ['blockTokens']).blockTokens;
}

/** These gauges by one page, engines behind it taken together; absent: it does not say. */
export function gaugesOf<G extends GaugeName>(
  text: string,
  gauges: readonly G[],
): Readonly<Partial<Record<G, number>>> {
  const reading = new Reading();
  reading.add({ text, isFirst: true, isLast: true }, { server: '', window: '' });
  const told: Partial<Record<G, number>> = {};
  for (const gauge of gauges) {
    const last = gaugeOf(reading, gauge)?.last;
    if (last !== undefined) told[gauge] = last;
  }
  return told;
}
