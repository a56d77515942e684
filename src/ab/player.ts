import type { Outcome, Played } from '../play/played.ts';
import type { TurnRecord } from '../record/record.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Workload } from '../workload/conversation.ts';
import { openWorkload } from '../workload/load.ts';
import { marked } from '../workload/marked.ts';
import { CONTROLS, type Control, firstPassOf } from './controls.ts';
import type { Sides } from './pair.ts';
import { orderOf, type Side } from './schedule.ts';
import type { Step } from './settings.ts';

/** How prompts of one round are kept from finding those of another in a cache. */
export const ISOLATIONS = ['none', 'salt', 'marker'] as const;
export type RoundIsolation = (typeof ISOLATIONS)[number];

export interface PlayerSettings {
  readonly arms: Readonly<Record<Side, Scenario>>;
  /** Where the run folders of its rounds go. */
  readonly dir: string;
  /** In the salt or the marker: no other experiment has it. */
  readonly word: string;
  readonly isolation: RoundIsolation;
  play(scenario: Scenario, workload: Workload): Promise<Pick<Played, 'run' | 'outcome'>>;
  /** Makes the arm's engine ready for a run; in a row: as the run before has left it. */
  prepare(arm: Side, isInARow: boolean): Promise<void>;
}

/** Absent sides: the round did not come to its end, and is not counted. */
export interface PlayedStep {
  readonly outcome: Outcome;
  readonly sides?: Sides;
}

/** More ids than a round has users, where it is not said how many they are. */
const USERS_MAX = 100_000;

/**
 * Plays rounds, each with users and random streams of its own, which are the same on both sides: the same prompts come
 * at the same times. `place` is the number of rounds played before, of all stages.
 */
export function playerOf(settings: PlayerSettings) {
  const { arms } = settings;

  async function played(step: Step, place: number, side: Side) {
    const control = controlOf(step);
    const placed = placedIn(settings, step, place, side);
    const load = isolated({ settings, step, side, control, scenario: placed });
    const scenario = control?.scenario?.(load.scenario) ?? load.scenario;
    const workload = load.dress(await openWorkload(scenario, {}), scenario);
    const { run, outcome } = await settings.play(scenario, workload);
    const records = run.parts.flatMap((part) => part.records);
    return { scenario, records, outcome, hasEnded: !isKept(outcome, records) };
  }

  return async function playStep(step: Step, place: number): Promise<PlayedStep> {
    const control = controlOf(step);
    if (control?.passes) {
      await settings.prepare(control.arms.a, false);
      const { scenario, records, outcome, hasEnded } = await played(step, place, 'a');
      return hasEnded ? { outcome } : { outcome, sides: passesOf(records, scenario) };
    }
    const order = control?.isInARow
      ? (['a', 'b'] as const)
      : orderOf(arms.a.seed, step.stage, step.round);
    const sides: Partial<Record<Side, readonly TurnRecord[]>> = {};
    for (const [index, side] of order.entries()) {
      await settings.prepare(control?.arms[side] ?? side, !!control?.isInARow && index > 0);
      const { records, outcome, hasEnded } = await played(step, place, side);
      if (hasEnded) return { outcome };
      sides[side] = records;
    }
    return { outcome: 'ok', sides: { a: sides.a!, b: sides.b! } };
  };
}

function controlOf({ stage }: Step): Control | undefined {
  return stage === 'rounds' ? undefined : CONTROLS[stage];
}

/** What was measured counts, whatever thresholds and files came of it; but not if nothing was. */
function isKept(outcome: Outcome, records: readonly TurnRecord[]): boolean {
  const isInVain = !records.some(({ phase, status }) => phase === 'measure' && status === 'ok');
  return outcome === 'ok' || (outcome === 'failed' && !isInVain);
}

/** The scenario of the arm that plays this side, as a round of its own. */
function placedIn({ arms, dir }: PlayerSettings, step: Step, place: number, side: Side): Scenario {
  const arm = arms[controlOf(step)?.arms[side] ?? side];
  const { population } = arm;
  return {
    ...arm,
    name: `${step.stage === 'rounds' ? 'round' : step.stage}-${step.round}-${side}`,
    seed: `${arm.seed}/${step.stage}/${step.round}`,
    thresholds: {},
    output: { ...arm.output, dir, exports: [] },
    population: {
      ...population,
      firstUserId: population.firstUserId + place * (population.users ?? USERS_MAX),
    },
  };
}

interface Isolating {
  readonly settings: PlayerSettings;
  readonly step: Step;
  readonly side: Side;
  readonly control: Control | undefined;
  readonly scenario: Scenario;
}

/** The scenario with the round's salt, and what puts its marker before what is said. */
function isolated({ settings, step, side, control, scenario }: Isolating) {
  const { word, isolation } = settings;
  // Where the salt is what differs, the sides have one each, whatever keeps rounds apart otherwise.
  const how = control?.isInARow && isolation === 'none' ? 'marker' : isolation;
  const ownSide = control?.isInARow ? [side] : [];
  const mark = [word, step.stage, step.round, ...ownSide].filter((part) => part !== '').join(' ');
  const { sampling } = scenario;
  const cacheSalt = `${sampling.cacheSalt ?? ''}${mark.replaceAll(' ', '-')}`;
  return {
    scenario: how === 'salt' ? { ...scenario, sampling: { ...sampling, cacheSalt } } : scenario,
    dress(workload: Workload, changed: Scenario): Workload {
      if (control?.workload) return control.workload(workload, mark, changed);
      return how === 'marker' ? marked(workload, () => `[${mark}]\n`) : workload;
    },
  };
}

/** The two passes of one run as sides, whose requests are alike where their prompts are. */
function passesOf(records: readonly TurnRecord[], scenario: Scenario): Sides {
  const placeOf = firstPassOf(scenario);
  const isFirst = ({ userId }: TurnRecord) => placeOf(userId) === userId;
  return {
    a: records.filter(isFirst),
    b: records.filter((record) => !isFirst(record)),
    keyOf: ({ userId, turn }) => `${placeOf(userId)}/${turn}`,
  };
}
