import type { Gain } from './gain.ts';
import { isTime, type MeasureKey } from './measures.ts';

/** `+5.2 %`, or points of a share. */
export function signedGain(key: MeasureKey, gain: number): string {
  const text = (100 * gain).toFixed(1);
  const sign = gain > 0 ? '+' : '';
  return `${Number(text) === 0 ? '0.0' : sign + text} ${isTime(key) ? '%' : 'points'}`;
}

export function intervalText(key: MeasureKey, { low, high }: Gain): string {
  if (low === undefined || high === undefined) return 'not yet';
  return `${signedGain(key, low).split(' ')[0]} to ${signedGain(key, high)}`;
}

/** `95 %`. */
export function percentOf(share: number): string {
  return `${Number((100 * share).toPrecision(4))} %`;
}
