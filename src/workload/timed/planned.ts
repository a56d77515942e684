import type { HashId } from '../traces/format.ts';

/** A request that has a time and lengths, but no text yet. */
export interface Planned {
  /** Whole milliseconds from the beginning; in order. */
  readonly atMs: number;
  /** undefined: any prompt will do. */
  readonly inputTokens?: number | undefined;
  /** undefined: as many as the prompt's own answer had, where that is known. */
  readonly outputTokens?: number | undefined;
  /** Where two requests have the same from the beginning, they say the same up to there. */
  readonly hashIds?: readonly HashId[] | undefined;
  /** The conversation that it is a turn of. */
  readonly session?: string | undefined;
}

/** Of all types of workload: synchronous where nothing is read on the way. */
export type Plan = Iterable<Planned> | AsyncIterable<Planned>;

/** What is multiplied; 1 changes nothing. */
export interface Factors {
  readonly rate: number;
  readonly input: number;
  readonly output: number;
}

/** A length, scaled: still whole, and at least 1. */
export function scaled(tokens: number, factor: number): number {
  return factor === 1 ? tokens : Math.max(1, Math.round(tokens * factor));
}
