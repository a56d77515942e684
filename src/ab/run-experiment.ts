import { EngineUnreachable, Interrupted } from '../base/errors.ts';
import type { Outcome } from '../play/played.ts';
import type { Slo } from '../scenario/thresholds.ts';
import { nextStep } from './experiment.ts';
import { pairOf } from './pair.ts';
import type { PlayedStep } from './player.ts';
import type { Round, Settings, Step } from './settings.ts';

export interface ExperimentSurroundings {
  readonly slo: Slo | undefined;
  playStep(step: Step, place: number): Promise<PlayedStep>;
  /** Told every round, as soon as it is over. */
  played?(round: Round, rounds: readonly Round[]): void;
  /** Asked between two rounds; signals that came meanwhile have their turn before. */
  isInterrupted?(): Promise<boolean>;
  /** A line about what ended the experiment. */
  say?(line: string): void;
}

/**
 * Plays rounds until it is decided, or until a run could not be played or kept, which its outcome says. Such a round is
 * not counted. `before` are the rounds that were played already.
 */
export async function runExperiment(
  settings: Settings,
  before: readonly Round[],
  { slo, playStep, played, isInterrupted, say }: ExperimentSurroundings,
): Promise<{ rounds: readonly Round[]; outcome: Outcome }> {
  const rounds = [...before];
  for (;;) {
    const step = nextStep(settings, rounds);
    if (!step) return { rounds, outcome: 'ok' };
    if (await isInterrupted?.()) return { rounds, outcome: 'interrupted' };
    const { outcome, sides } = await playStep(step, rounds.length).catch(
      (error: unknown): PlayedStep => {
        // What was found before the engine went away, or the user, is worth printing.
        if (rounds.length === 0) throw error;
        if (error instanceof Interrupted) return { outcome: 'interrupted' };
        if (!(error instanceof EngineUnreachable)) throw error;
        say?.(`error: ${error.message}`);
        return { outcome: 'unreachable' };
      },
    );
    if (!sides) return { rounds, outcome };
    const round = { ...step, pair: pairOf(sides, settings.measure, slo) };
    rounds.push(round);
    played?.(round, rounds);
  }
}
