import type { RunReference } from './run-references.ts';

/** Of shorter ones the time to the first token says little about how fast prompts are computed. */
const LONG_TOKENS = 256;

/**
 * When the engine looked a request up in its cache, which vLLM does as it schedules it: as it says; else so long before
 * the first token as the fastest request of the run took for as many tokens, for the rest of the time it waited.
 */
export function lookUpTimes(
  references: readonly RunReference[],
): (reference: RunReference) => number {
  const fastest = fastestMsPerToken(references);
  return ({ record, sentMs, offsetMs, endMs }) => {
    const { firstTokenMs, enginePrefillMs, cachedTokens, inputTokens } = record;
    if (firstTokenMs === undefined) return sentMs;
    const computed = cachedTokens === undefined ? undefined : inputTokens! - cachedTokens;
    const prefillMs = enginePrefillMs ?? (computed === undefined ? Infinity : computed * fastest);
    return Math.min(endMs, Math.max(sentMs, firstTokenMs + offsetMs - prefillMs));
  };
}

function fastestMsPerToken(references: readonly RunReference[]): number {
  let fastest = Infinity;
  for (const { record } of references) {
    const { firstTokenMs, sentMs, inputTokens, cachedTokens } = record;
    if (firstTokenMs === undefined || cachedTokens === undefined) continue;
    const computed = inputTokens! - cachedTokens;
    if (computed < LONG_TOKENS) continue;
    fastest = Math.min(fastest, (firstTokenMs - sentMs!) / computed);
  }
  return fastest;
}
