import { CONTROLS, type Control, type ControlName } from './controls.ts';
import { type Gain, gainIn } from './gain.ts';
import { fixedIntervalOf } from './interval.ts';
import type { MeasureKey } from './measures.ts';
import type { Side } from './schedule.ts';
import type { Round, Settings } from './settings.ts';

/** What a control says. none: no gain worth having; gain: one that cannot be; open: its rounds are too few to tell. */
export interface ControlFinding {
  readonly name: ControlName;
  readonly says: 'none' | 'gain' | 'open';
  /** What it goes by: gains, of the measure and of cached tokens; or cached tokens alone. */
  readonly judged: 'gain' | 'hits';
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

/** An experiment is refused by chance alone at most this share of alpha, over all its controls: a refusal ends it. */
const REFUSED_SHARE = 1 / 5;

/**
 * What the rounds of a control say; undefined: none was played. Intervals are of a number of rounds that was fixed
 * beforehand, with a confidence of 1 - alpha each; what is refused has to lie outside wider ones.
 */
export function controlFinding(
  name: ControlName,
  settings: Settings,
  rounds: readonly Round[],
): ControlFinding | undefined {
  const { measure, minGain, alpha, controls } = settings;
  const control: Control = CONTROLS[name];
  const own = rounds.filter(({ stage }) => stage === name);
  if (own.length === 0) return undefined;
  const found = differencesOf(own, measure);
  const estimate = fixedIntervalOf(found, alpha);
  const gain = found.length > 0 ? gainIn(measure, estimate) : undefined;
  const hitShare = hitShareOf(own);
  const judged = isOfHits(control, settings, hitShare) ? 'hits' : 'gain';
  const keys: readonly MeasureKey[] = judged === 'hits' ? ['hit-share'] : [measure, 'hit-share'];
  const by = keys.find((key) => {
    const differences = differencesOf(own, key);
    const sure = fixedIntervalOf(differences, (alpha * REFUSED_SHARE) / controls.length);
    return differences.length > 0 && isGain(gainIn(key, sure), minGain, control);
  });
  const refusing = by ?? (exceeds(hitShare, control) ? 'hit-share' : undefined);
  const isNone = judged === 'hits' ? hitShare !== undefined : isWithin(gain, minGain, control);
  return {
    name,
    judged,
    says: refusing !== undefined ? 'gain' : isNone ? 'none' : 'open',
    rounds: own.length,
    ...(gain && { gain }),
    ...(estimate.std !== undefined && { std: estimate.std }),
    ...(hitShare && { hitShare }),
    ...(refusing !== undefined && { by: refusing }),
  };
}

/**
 * Where hits tell, times are not asked: a gain of another kind than reuse shows where nothing is reused, and the
 * second of two runs in a row may be quicker as everything has warmed up but the cache.
 */
function isOfHits(
  { isOfReuse, isInARow }: Control,
  settings: Settings,
  hitShare: Record<Side, number> | undefined,
): boolean {
  if (isOfReuse && !settings.isOfReuse) return true;
  return isInARow === true && hitShare !== undefined;
}

function differencesOf(rounds: readonly Round[], key: MeasureKey): number[] {
  return rounds.flatMap(({ pair }) => pair.measures[key]?.difference ?? []);
}

/** Sure, and as large as what is looked for: what is smaller does no harm. */
function isGain(
  { mean, low = -Infinity, high = Infinity }: Gain,
  minGain: number,
  { isTwoSided }: Control,
) {
  return (low > 0 && mean >= minGain) || (!!isTwoSided && high < 0 && mean <= -minGain);
}

function isWithin(gain: Gain | undefined, minGain: number, { isTwoSided }: Control): boolean {
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
