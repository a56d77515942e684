import { type Measured, type Thresholds, verdictsOf } from '../report/thresholds.ts';

/** A limit of a run, one for each end of it: as many as a run has estimates, in the same order. */
export interface LimitText {
  /** Of what is limited: `ttftMs.p95`. */
  readonly name: string;
  readonly text: string;
  readonly limit: number;
}

/** A run of which nothing is known has all of its limits nevertheless. */
const NOTHING = { counts: {}, distributions: {}, conversations: {} } as Measured;

export function limitTexts(thresholds: Thresholds): LimitText[] {
  return verdictsOf(thresholds, NOTHING).flatMap(({ name, min, max }) => {
    if (name === 'maxErrorRate' && max === 0)
      return [{ name, text: 'no failed request', limit: 0 }];
    const short = name === 'maxErrorRate' ? 'error rate' : name.replace(/Ms\./, '.');
    return [
      ...(max === undefined ? [] : [{ name, text: `${short} <= ${max}`, limit: max }]),
      ...(min === undefined ? [] : [{ name, text: `${short} >= ${min}`, limit: min }]),
    ];
  });
}
