import type { TurnRecord } from '../record/record.ts';
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
  return (reference) => {
    const { sentMs, offsetMs, endMs, record } = reference;
    const atMs = toldMs(record) ?? estimatedMs(reference, fastest);
    return atMs === undefined ? sentMs : Math.min(endMs, Math.max(sentMs, atMs + offsetMs));
  };
}

/** From there to the last token, as the engine says, also of an answer that came as a whole. */
function toldMs({ lastTokenMs, enginePrefillMs, engineGenerationMs }: TurnRecord) {
  if (lastTokenMs === undefined || enginePrefillMs === undefined) return undefined;
  if (engineGenerationMs === undefined) return undefined;
  return lastTokenMs - engineGenerationMs - enginePrefillMs;
}

function estimatedMs({ record, inputTokens }: RunReference, fastest: number): number | undefined {
  const { firstTokenMs, cachedTokens } = record;
  if (firstTokenMs === undefined || cachedTokens === undefined || isWhole(record)) return undefined;
  return firstTokenMs - (inputTokens - cachedTokens) * fastest;
}

/** It came at once: nobody saw its first token. */
function isWhole({ chunks, outputTokens }: TurnRecord): boolean {
  return chunks <= 1 && (outputTokens ?? 0) > 1;
}

function fastestMsPerToken(references: readonly RunReference[]): number {
  let fastest = Infinity;
  for (const { record } of references) {
    const { firstTokenMs, sentMs, inputTokens, cachedTokens } = record;
    if (firstTokenMs === undefined || cachedTokens === undefined || isWhole(record)) continue;
    const computed = inputTokens! - cachedTokens;
    if (computed < LONG_TOKENS) continue;
    fastest = Math.min(fastest, (firstTokenMs - sentMs!) / computed);
  }
  return fastest;
}
