import type { GaugeName } from './quantities.ts';
import { Reading } from './reading.ts';
import { gaugeOf } from './told-by.ts';

/** The share of the KV cache in use by one page, of its fullest engine, 0 to 1; undefined: it does not say. */
export function kvUsageOf(page: string): number | undefined {
  return readingOf(page, 'kvUsage');
}

/** Tokens of a block by one page; undefined where it does not say, or several engines say different things. */
export function blockTokensOf(page: string): number | undefined {
  return readingOf(page, 'blockTokens');
}

function readingOf(text: string, gauge: GaugeName): number | undefined {
  const reading = new Reading();
  reading.add({ text, isFirst: true, isLast: true }, { server: '', window: '' });
  return gaugeOf(reading, gauge)?.last;
}
