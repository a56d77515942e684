import { type ControlFinding, controlFinding } from './control-finding.ts';
import { type Gain, gainIn } from './gain.ts';
import { sequenceOf } from './interval.ts';
import type { MeasureKey } from './measures.ts';
import type { Side } from './schedule.ts';
import { type Round, roundsOf, type Settings, type Step } from './settings.ts';
import { type Finding, findingOf, isDecided } from './verdict.ts';

/**
 * What is to be played next; undefined: it is decided, the control that was just played refuses it, or the rounds are
 * used up. A function of what was played alone, so that an experiment that was broken off goes on as it would have.
 */
export function nextStep(settings: Settings, rounds: readonly Round[]): Step | undefined {
  for (const name of settings.controls) {
    const played = rounds.filter(({ stage }) => stage === name).length;
    if (played < settings.controlRounds) return { stage: name, round: played + 1 };
    if (controlFinding(name, settings, rounds)?.says === 'gain') return undefined;
  }
  const played = rounds.filter(({ stage }) => stage === 'rounds').length;
  if (played >= settings.roundsMax) return undefined;
  const { gain } = measuredOf(settings, rounds, settings.measure);
  return isDecided(gain, settings) ? undefined : { stage: 'rounds', round: played + 1 };
}

/** A measure over the rounds. */
export interface Measured {
  readonly measure: MeasureKey;
  /** Means over the rounds that have a value: milliseconds, or a share of 0 to 1. */
  readonly a?: number;
  readonly b?: number;
  readonly rounds: number;
  readonly gain?: Gain | undefined;
}

export interface Conclusion {
  readonly finding: Finding;
  /** It is what the settings expect. */
  readonly isExpected: boolean;
  /** Played: rounds of A and B, and requests of all stages and of these rounds. */
  readonly rounds: number;
  readonly requests: number;
  readonly requestsOfRounds: number;
  readonly failed: { readonly a: number; readonly b: number };
  /** B fails more of its requests than A, by as much as the least gain: it is not better, whatever its times are. */
  readonly failsMore: boolean;
  readonly primary: Measured;
  readonly controls: readonly ControlFinding[];
}

/** What is known after these rounds. */
export function conclusionOf(settings: Settings, rounds: readonly Round[]): Conclusion {
  const controls = settings.controls.flatMap(
    (name) => controlFinding(name, settings, rounds) ?? [],
  );
  const primary = measuredOf(settings, rounds, settings.measure);
  const compared = roundsOf(rounds);
  const isRefused = controls.some(({ says }) => says === 'gain');
  const { finding, isExpected } = findingOf(isRefused, primary.gain, settings);
  const [failedOfA, failedOfB] = [failedShare(compared, 'a'), failedShare(compared, 'b')];
  // Whoever refuses requests is quick with the others.
  const failsMore = failedOfB - failedOfA >= settings.minGain;
  return {
    finding,
    isExpected: isExpected && !failsMore,
    failsMore,
    rounds: compared.length,
    requests: requestsIn(rounds),
    requestsOfRounds: requestsIn(compared),
    failed: {
      a: compared.reduce((sum, { pair }) => sum + pair.a.failed, 0),
      b: compared.reduce((sum, { pair }) => sum + pair.b.failed, 0),
    },
    primary,
    controls,
  };
}

/** What the rounds of A and B say of one measure. */
export function measuredOf(
  { alpha }: Pick<Settings, 'alpha'>,
  rounds: readonly Round[],
  measure: MeasureKey,
): Measured {
  const found = roundsOf(rounds).flatMap(({ pair }) => pair.measures[measure] ?? []);
  if (found.length === 0) return { measure, rounds: 0 };
  const mean = (of: (one: (typeof found)[number]) => number) =>
    found.reduce((sum, one) => sum + of(one), 0) / found.length;
  const estimate = sequenceOf(
    found.map(({ difference }) => difference),
    alpha,
  );
  return {
    measure,
    a: mean(({ a }) => a),
    b: mean(({ b }) => b),
    rounds: found.length,
    gain: gainIn(measure, estimate),
  };
}

function failedShare(rounds: readonly Round[], side: Side): number {
  const sent = rounds.reduce((sum, { pair }) => sum + pair[side].requests, 0);
  return sent === 0 ? 0 : rounds.reduce((sum, { pair }) => sum + pair[side].failed, 0) / sent;
}

/** A control of two passes is one run, whose requests are on both sides. */
function requestsIn(rounds: readonly Round[]): number {
  return rounds.reduce((sum, { pair }) => sum + pair.a.requests + pair.b.requests, 0);
}
