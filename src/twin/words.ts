import { measure, percent } from '../report/number.ts';
import { METRICS } from '../stats/metrics.ts';
import { type QuantityName, SHARE } from './measures.ts';

/** What a quantity is called in a table, with its unit, and in a sentence. */
export function labelOf(name: QuantityName): string {
  return name === SHARE ? 'cached share' : METRICS[name].label;
}

/** A value of it: `512 ms`, `45.1 %`. */
export function valueText(name: QuantityName, value: number | undefined): string {
  return name === SHARE ? percent(value) : `${measure(value)} ms`;
}

/** As `confab explain --request` takes it: user and turn. */
export function requestText({ userId, turn }: { userId: number; turn: number }): string {
  return `${userId}:${turn}`;
}

/** `40 to 45 s` of the measured time. */
export function spanText({ fromMs, toMs }: { fromMs: number; toMs: number }): string {
  return `${secondsOf(fromMs)} to ${secondsOf(toMs)} s`;
}

/** A change with its sign: `+4.2 %`; of a share, `-0.3 pp`. */
export function errorText(name: QuantityName, error: number): string {
  return changeText(error, name === SHARE ? 'pp' : '%');
}

export function changeText(change: number, unit: '%' | 'pp'): string {
  const text = (100 * change).toFixed(1);
  if (Number(text) === 0) return `0 ${unit}`;
  return `${change > 0 ? '+' : ''}${text} ${unit}`;
}

/** Windows are of whole seconds, or of few decimals. */
function secondsOf(ms: number): number {
  return Number((ms / 1000).toFixed(2));
}
