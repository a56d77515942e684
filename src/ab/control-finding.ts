import { CONTROLS, type Control, type ControlName } from './controls.ts';
import { type Gain, gainIn } from './gain.ts';
import { type Estimate, fixedIntervalOf } from './interval.ts';
import type { MeasureKey } from './measures.ts';
import type { Side } from './schedule.ts';
import type { Round, Settings } from './settings.ts';

/** What a control says. none: no gain worth having; gain: one that cannot be; open: its rounds are too few to tell. */
export interface ControlFinding {
  readonly name: ControlName;
  readonly says: 'none' | 'gain' | 'open';
  readonly rounds: number;
  /** Of the measure that decides; absent: it has no value. */
  readonly gain?: Gain;
  /** Standard deviation of its differences between rounds. */
  readonly std?: number;
  /** Cached tokens of all input tokens on either side, 0 to 1; absent: the engine does not report them. */
  readonly hitShare?: Readonly<Record<Side, number>>;
  /** What shows the gain. */
  readonly by?: MeasureKey;
}

/**
 * What the rounds of a control say; undefined: none was played. Intervals are of a number of rounds that was fixed
 * beforehand, and share alpha between all controls: by chance alone at most so many experiments are refused.
 */
export function controlFinding(
  name: ControlName,
  { measure, minGain, alpha, controls }: Settings,
  rounds: readonly Round[],
): ControlFinding | undefined {
  const control: Control = CONTROLS[name];
  const own = rounds.filter(({ stage }) => stage === name);
  if (own.length === 0) return undefined;
  const estimates = new Map<MeasureKey, Estimate>();
  for (const key of new Set<MeasureKey>([measure, 'hit-share'])) {
    const found = own.flatMap(({ pair }) => pair.measures[key]?.difference ?? []);
    if (found.length > 0) estimates.set(key, fixedIntervalOf(found, alpha / controls.length));
  }
  const gains = new Map([...estimates].map(([key, estimate]) => [key, gainIn(key, estimate)]));
  const by = [...gains].find(([, gain]) => isGain(gain, minGain, control))?.[0];
  const hitShare = hitShareOf(own);
  const isFound = exceeds(hitShare, control);
  const gain = gains.get(measure);
  const std = estimates.get(measure)?.std;
  return {
    name,
    says: by !== undefined || isFound ? 'gain' : isNone(gain, minGain, control) ? 'none' : 'open',
    rounds: own.length,
    ...(gain && { gain }),
    ...(std !== undefined && { std }),
    ...(hitShare && { hitShare }),
    ...((by ?? isFound) && { by: by ?? 'hit-share' }),
  };
}

/** Sure, and as large as what is looked for: what is smaller does no harm. */
function isGain(
  { mean, low = -Infinity, high = Infinity }: Gain,
  minGain: number,
  { isTwoSided }: Control,
) {
  return (low > 0 && mean >= minGain) || (!!isTwoSided && high < 0 && mean <= -minGain);
}

function isNone(gain: Gain | undefined, minGain: number, { isTwoSided }: Control): boolean {
  const { low = -Infinity, high = Infinity } = gain ?? {};
  return high < minGain && (!isTwoSided || low > -minGain);
}

function hitShareOf(rounds: readonly Round[]): Record<Side, number> | undefined {
  const shares = rounds.flatMap(({ pair }) => pair.measures['hit-share'] ?? []);
  if (shares.length === 0) return undefined;
  const mean = (side: Side) => shares.reduce((sum, share) => sum + share[side], 0) / shares.length;
  return { a: mean('a'), b: mean('b') };
}

function exceeds(hitShare: Record<Side, number> | undefined, { hitShareMax = {} }: Control) {
  if (!hitShare) return false;
  const { a = 1, b = 1 } = hitShareMax;
  return hitShare.a > a || hitShare.b > b;
}
