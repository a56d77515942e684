import { type Measured, type Thresholds, verdictsOf } from '../report/thresholds.ts';
import { type Measure, measureOf } from './measure.ts';

/** A limit of a run, one for each end of it: as many as a run has estimates, in the same order. */
export interface LimitText {
  /** Of what is limited: `ttftMs.p95`. */
  readonly name: string;
  readonly text: string;
  readonly limit: number;
}

/** A run of which nothing is known has all of its limits nevertheless. */
const NOTHING = { counts: {}, distributions: {}, conversations: {} } as Measured;

/** The numbers that are limited, once each. Of failed requests each run tells in any case. */
export function limitedMeasures(thresholds: Thresholds): Measure[] {
  const names = limitTexts(thresholds).map(({ name }) => name);
  return [...new Set(names)].flatMap((name) =>
    name === 'maxErrorRate' ? [] : [measureOf(name, '--slo')],
  );
}

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
