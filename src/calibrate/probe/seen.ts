import { emptyLoad, type StepLoad, sumLoad } from '../../engine/schedule/sequence.ts';

/** What probes of one design measured: a time, and what the engine did in it. */
export type Seen = PrefillSeen | DecodeSeen | MixedSeen;

interface SeenBase {
  /** The design: probes of the same are repetitions of each other. */
  readonly what: string;
  readonly ms: number;
}

/** From sent to the first token, alone on the server. */
export interface PrefillSeen extends SeenBase {
  readonly kind: 'prefill';
  readonly inputTokens: number;
  readonly cachedTokens: number;
}

/** A step in which so many rows each compute one token. */
export interface DecodeSeen extends SeenBase {
  readonly kind: 'decode';
  readonly rows: number;
  /** KV tokens that all rows together attend to, in the mean over the steps. */
  readonly contextTokens: number;
  readonly steps: number;
}

/** From one token of the rows to another, while a prompt was computed beside them. */
export interface MixedSeen extends SeenBase {
  readonly kind: 'mixed';
  readonly rows: number;
  readonly contextTokens: number;
  readonly inputTokens: number;
  readonly cachedTokens: number;
  /** Steps in it, those without a part of the prompt included. */
  readonly steps: number;
  /**
   * From the end of the rows' longest gap to the first token: 0 where a step is launched when the one before has ended;
   * else the gap is that of the step before, whose result waits for the launch.
   */
  readonly lagMs?: number;
}

export function decodeLoad(rows: number, contextTokens: number): StepLoad {
  return {
    ...emptyLoad(),
    tokens: rows,
    sampledRows: rows,
    decodeRows: rows,
    decodeContextTokens: contextTokens,
  };
}

/** The steps in which a prompt is computed, each with so many tokens at most. */
export function chunksOf(
  { inputTokens, cachedTokens }: Pick<PrefillSeen, 'inputTokens' | 'cachedTokens'>,
  most: number,
): StepLoad[] {
  const chunks: StepLoad[] = [];
  // The last token is computed also where all were found.
  for (let computed = Math.min(cachedTokens, inputTokens - 1); computed < inputTokens; ) {
    const scheduled = Math.min(most, inputTokens - computed);
    const load = emptyLoad();
    sumLoad(load, [
      { computedTokens: computed, scheduledTokens: scheduled, knownTokens: inputTokens },
    ]);
    chunks.push(load);
    computed += scheduled;
  }
  return chunks;
}

/** A step that computes both. */
export function joined(chunk: StepLoad, rows: number, contextTokens: number): StepLoad {
  return {
    tokens: chunk.tokens + rows,
    sampledRows: chunk.sampledRows + rows,
    decodeRows: chunk.decodeRows + rows,
    decodeContextTokens: chunk.decodeContextTokens + contextTokens,
    prefillRows: chunk.prefillRows,
    prefillPairs: chunk.prefillPairs,
  };
}
