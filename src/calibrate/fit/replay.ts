import type { Profile } from '../../engine/cost/profile.ts';
import type { EngineOptions } from '../../scenario/engine.ts';

/** How long a request took. Milliseconds; absent: not known. */
export interface Times {
  readonly ttftMs?: number | undefined;
  readonly tpotMs?: number | undefined;
  readonly latencyMs?: number | undefined;
}

/** A request of a run that was completed. */
export interface Observed extends Times {
  readonly key: string | number;
  readonly startMs: number;
  readonly inputTokens: number;
  readonly cachedTokens?: number | undefined;
}

/** By the key of the request. */
export type Played = ReadonlyMap<
  string | number,
  Times & { readonly cachedTokens?: number | undefined }
>;

/** A run that can be played again against any engine. */
export interface Replay {
  readonly name: string;
  /** In order of their start. */
  readonly observed: readonly Observed[];
  /** Settings of the engine that it is played against. */
  readonly engine: EngineOptions;
  /** What is odd about playing it, one line each. */
  readonly notes: readonly string[];
  /** In virtual time, as it says itself when its requests come. */
  play(profile: Profile): Promise<Played>;
  /** In virtual time, every request when it was sent; default: as above. */
  playAgain?(profile: Profile): Promise<Played>;
}

/** It has tiers below the GPU. */
export function hasTiers({ engine }: Replay): boolean {
  return engine.offload.preset !== undefined && engine.offload.preset !== 'none';
}

export const MEASURES = ['ttftMs', 'tpotMs', 'latencyMs'] as const satisfies (keyof Times)[];

/** From sending to the first token, to the last, and between the two. */
export function timesOf(
  sentMs: number,
  firstMs: number,
  lastMs: number,
  outputTokens: number,
): Required<Pick<Times, 'ttftMs' | 'latencyMs'>> & Times {
  return {
    ttftMs: firstMs - sentMs,
    latencyMs: lastMs - sentMs,
    ...(outputTokens > 1 && { tpotMs: (lastMs - firstMs) / (outputTokens - 1) }),
  };
}
