import { EQUAL_BOUND } from './errors.ts';
import type { Pair } from './pairs.ts';

/** Whether requests found in the cache what their twins found. */
export interface Agreement {
  /** Requests of which both sides told their cached tokens; and those of which they are the same. */
  readonly told: number;
  readonly equal: number;
  /** In the order of sending. */
  readonly differing: readonly Pair[];
  /** Requests whose input tokens are the same, of those of which both are known. */
  readonly inputTold: number;
  readonly inputEqual: number;
  /** Whether as many are equal as of a good twin; absent: nothing was told. */
  readonly isKept?: boolean;
}

export function agreementOf(pairs: readonly Pair[]): Agreement {
  const told = pairs.filter(
    ({ observed, twin }) => observed.cachedTokens !== undefined && twin.cachedTokens !== undefined,
  );
  const counted = pairs.filter(
    ({ observed, twin }) => observed.inputTokens !== undefined && twin.inputTokens !== undefined,
  );
  const differing = told.filter(
    ({ observed, twin }) => observed.cachedTokens !== twin.cachedTokens,
  );
  const equal = told.length - differing.length;
  return {
    told: told.length,
    equal,
    differing,
    inputTold: counted.length,
    inputEqual: counted.filter(({ observed, twin }) => observed.inputTokens === twin.inputTokens)
      .length,
    ...(told.length && { isKept: equal >= EQUAL_BOUND * told.length }),
  };
}
