import type { Surplus } from './causes.ts';
import type { Evidence } from './evidence.ts';
import type { RunReference } from './run-references.ts';

export interface Surroundings {
  /** An attempt of the same turn had been sent before, and failed. */
  readonly hasFailedBefore: (reference: RunReference) => boolean;
  /** Tokens that others who were under way at the same time began with as well. */
  readonly besideTokens: (reference: RunReference) => number;
  /** The user's conversation had been played before, as its first turn shows. */
  readonly isForeign: (reference: RunReference) => boolean;
  /** Conversations are the scenario's own, and no two users say the same. */
  readonly isEachItsOwn: boolean;
}

/**
 * Why a request found more than the ideal. Of texts that are made for each user nobody else's are alike: what is
 * found of them at first touch was put there by somebody else.
 */
export function surplusOf(
  { reference }: Evidence,
  idealTokens: number,
  around: Surroundings,
): Surplus {
  const { record } = reference;
  const found = record.cachedTokens!;
  if (record.attempts > 1 || record.reconnects > 0 || around.hasFailedBefore(reference)) {
    return 'ownAttempt';
  }
  if (found <= around.besideTokens(reference)) return 'order';
  if (around.isForeign(reference)) return 'foreign';
  if (reference.previous && found <= idealTokens + MARGIN_TOKENS) return 'alike';
  return around.isEachItsOwn ? 'foreign' : 'alike';
}

/** What a template puts behind an answer: at most so many tokens. */
const MARGIN_TOKENS = 64;
