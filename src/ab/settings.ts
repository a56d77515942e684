import type { ControlName } from './controls.ts';
import type { MeasureKey } from './measures.ts';
import type { Pair } from './pair.ts';

/** How an experiment is done and judged: fixed before its first request. */
export interface Settings {
  /** What decides: the others are reported beside it. */
  readonly measure: MeasureKey;
  /** The least gain that is worth having: a share of A's time, or of all requests or tokens. 0 to 1. */
  readonly minGain: number;
  /** The chance that is taken of a gain, or a loss, where there is none; of all looks together. */
  readonly alpha: number;
  readonly roundsMax: number;
  /** In this order, the floor first; each of `controlRounds` rounds. */
  readonly controls: readonly ControlName[];
  readonly controlRounds: number;
  /** The gain is claimed to be one of reuse: then there is none where nothing is reused. Else only hits count there. */
  readonly isOfReuse: boolean;
  readonly expect: ExpectationName;
}

/** What makes the exit code 0: that B is better; or that it is not worse by as much as `minGain`. */
export const EXPECTATION_NAMES = ['better', 'not-worse'] as const;
export type ExpectationName = (typeof EXPECTATION_NAMES)[number];

/** Where an experiment is: in the rounds of a control, or in those that compare A with B. */
export type Stage = ControlName | 'rounds';

export interface Step {
  readonly stage: Stage;
  /** From 1, in its stage. */
  readonly round: number;
}

/** A round that was played. */
export interface Round extends Step {
  readonly pair: Pair;
}

/** Those that compare A with B. */
export function roundsOf(rounds: readonly Round[]): readonly Round[] {
  return rounds.filter(({ stage }) => stage === 'rounds');
}
