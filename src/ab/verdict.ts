import type { Gain } from './gain.ts';
import type { ExpectationName, Settings } from './settings.ts';

/**
 * alike: the interval lies within the least gain either way, whether 0 is in it or not. better, worse: else, 0 is not in
 * it. notBetter: B does not gain as much as the least gain, and may be worse. open: it may. refused: a control shows a
 * gain where there is none to be had.
 */
export type Finding = 'better' | 'worse' | 'alike' | 'notBetter' | 'open' | 'refused';

type Judged = Pick<Settings, 'minGain' | 'expect'>;
type Bounds = Required<Gain>;

interface Expectation {
  isMet(gain: Bounds, minGain: number): boolean;
  /** No further round can be of use. */
  isDecided(gain: Bounds, minGain: number): boolean;
}

const EXPECTATIONS = {
  better: {
    isMet: ({ low, high }, minGain) => low > 0 && high >= minGain,
    isDecided: ({ low, high }, minGain) => low > 0 || high < minGain,
  },
  'not-worse': {
    isMet: ({ low }, minGain) => low > -minGain,
    isDecided: ({ low, high }, minGain) => low > -minGain || high < 0,
  },
} satisfies Record<ExpectationName, Expectation>;

export function isDecided(gain: Gain | undefined, { minGain, expect }: Judged): boolean {
  return isBounded(gain) && EXPECTATIONS[expect].isDecided(gain, minGain);
}

export function findingOf(
  isRefused: boolean,
  gain: Gain | undefined,
  { minGain, expect }: Judged,
): { finding: Finding; isExpected: boolean } {
  if (isRefused) return { finding: 'refused', isExpected: false };
  if (!isBounded(gain)) return { finding: 'open', isExpected: false };
  return { finding: found(gain, minGain), isExpected: EXPECTATIONS[expect].isMet(gain, minGain) };
}

function found({ low, high }: Bounds, minGain: number): Finding {
  if (low > -minGain && high < minGain) return 'alike';
  if (low > 0) return 'better';
  if (high < 0) return 'worse';
  return high < minGain ? 'notBetter' : 'open';
}

function isBounded(gain: Gain | undefined): gain is Bounds {
  return gain?.low !== undefined && gain.high !== undefined;
}
