import { UsageError } from '../base/errors.ts';
import { toldOf } from '../calibrate/run-engine.ts';
import type { Calibration } from '../engine/cost/calibration.ts';
import { profileOf } from '../engine/cost/profile-of.ts';
import { engineOptions } from '../play/target.ts';
import type { Run } from '../record/run-folder.ts';
import { scenarioOf } from '../report/identity.ts';
import { type Agreement, agreementOf } from './agreement.ts';
import { type Correlations, drawnTogether } from './correlated.ts';
import { type Drawn, drawnFrom, type Intervals } from './draws.ts';
import { errorsOf, type TwinError } from './errors.ts';
import { measuresOf } from './measures.ts';
import { type Order, orderOf } from './order/order.ts';
import { type Pairs, pairsOf } from './pairs.ts';
import { type PlayedTwin, playedTwin } from './played.ts';
import { replayOf } from './replay.ts';
import { drawable, type StandIn, standingIn } from './twin-engine.ts';
import { type TwinWindow, windowsOf } from './windows.ts';

export interface TwinOptions extends StandIn {
  /** Of the profile's constants; empty: nothing is known of how far off they may be, and there is no band. */
  readonly intervals: Intervals;
  /** How their errors go together; absent: nobody knows, and they are drawn independently. */
  readonly correlations?: Correlations | undefined;
  /** Where the profile comes from; absent: it does not say. */
  readonly calibration?: Calibration | undefined;
  /** So often it is played with constants drawn from them. */
  readonly draws: number;
  /** Told now and then, where they take long. */
  readonly tell?: (line: string) => void;
}

/** A run of so many requests is played in a second or two. */
const LONG_REQUESTS = 2000;
const TELL_EVERY = 5;

/** A run beside its own twin in virtual time. */
export interface Twin {
  readonly name: string;
  readonly gpu: string;
  readonly settings: readonly string[];
  readonly calibration?: Calibration;
  /** What the server's page told of its size, which the twin has; empty: nothing. */
  readonly told: readonly string[];
  /** Constants that were drawn, and how often. */
  readonly drawn: {
    readonly constants: readonly string[];
    readonly count: number;
    /** Their errors go together as those of the fit did. */
    readonly isTogether: boolean;
  };
  readonly hasObservedLengths: boolean;
  readonly requests: Pick<Pairs, 'onlyObserved' | 'onlyTwin' | 'twinFailure'> & {
    readonly paired: number;
  };
  /** Of run and twin, milliseconds. */
  readonly measuredMs: { readonly observed: number; readonly twin: number };
  readonly errors: readonly TwinError[];
  readonly agreement: Agreement;
  /** Why cached tokens differ, where the order of requests can say it. */
  readonly order?: Order;
  readonly windows: readonly TwinWindow[];
}

/**
 * Plays a run again in virtual time against the engine that a profile describes, and lays both beside each other,
 * request by request.
 * @throws UsageError for a run that cannot be played again, or an engine that cannot be had
 */
export async function twinOf(run: Run, options: TwinOptions): Promise<Twin> {
  const { gpu, settings, intervals, correlations, calibration, draws, tell } = options;
  const told = toldOf(run);
  const replay = await replayOf(run);
  const play = (constants?: Readonly<Record<string, number>>): Promise<PlayedTwin> =>
    playedTwin(replay, (scenario) => standingIn(scenario, options, told), constants);
  const played = await play();
  const pairs = pairsOf(run, played);
  refuseUnpaired(pairs);
  const observed = measuresOf(pairs, (pair) => pair.observed);
  const twin = measuresOf(pairs, (pair) => pair.twin);
  const scenario = standingIn(replay.parts[0]!.scenario, options, told);
  const agreement = agreementOf(pairs.pairs);
  const order = orderOf(run, played, agreement, engineOptions(scenario));
  const ranges = drawable(intervals, scenario);
  const constants = Object.keys(ranges);
  const drawn = [];
  for (const [place, values] of drawsOf(ranges, options).entries()) {
    if (pairs.pairs.length >= LONG_REQUESTS && place % TELL_EVERY === 0) {
      tell?.(`playing its twin: ${place} of ${draws} draws`);
    }
    const { records } = await play(values);
    drawn.push(measuresOf(pairs, ({ key }) => records.get(key)));
  }
  return {
    name: scenarioOf(run.parts[0]!)!.name,
    gpu,
    settings,
    ...(calibration && { calibration }),
    told: told.says,
    drawn: { constants, count: drawn.length, isTogether: correlations !== undefined },
    hasObservedLengths: replay.hasObservedLengths,
    requests: {
      paired: pairs.pairs.length,
      onlyObserved: pairs.onlyObserved,
      onlyTwin: pairs.onlyTwin,
      ...(pairs.twinFailure !== undefined && { twinFailure: pairs.twinFailure }),
    },
    measuredMs: { observed: pairs.measuredMs, twin: played.measuredMs },
    errors: errorsOf(observed, twin, drawn),
    agreement,
    ...(order && { order }),
    windows: windowsOf(pairs, observed, twin, drawn),
  };
}

function drawsOf(ranges: Intervals, { gpu, correlations, draws }: TwinOptions): Drawn[] {
  if (!Object.keys(ranges).length) return [];
  if (!correlations) return drawnFrom(ranges, draws);
  return drawnTogether(ranges, correlations, { ...profileOf({ gpu }) } as unknown as Drawn, draws);
}

/** An engine that is too small for every one of the prompts, say. */
function refuseUnpaired({ pairs, twinFailure }: Pairs): void {
  if (pairs.length) return;
  const why = twinFailure === undefined ? '' : `, the first of which failed: ${twinFailure}`;
  throw new UsageError(`its twin completed none of the requests that the run did${why}`);
}
