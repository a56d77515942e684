import { assign, createActor, setup } from 'xstate';
import type { Clock } from '../base/clock.ts';
import type { Crowd } from '../population/crowd.ts';
import type { Player } from '../population/player.ts';
import type { RunFooter, TurnRecord } from '../record/record.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Transport } from '../transport/transport.ts';
import { accountOf } from '../user/ledger.ts';
import { Outage } from '../user/outage.ts';
import type { Session } from '../user/session.ts';
import type { Said, World } from '../user/world.ts';
import type { Workload } from '../workload/conversation.ts';
import { boundedBy, endsOf, type RunEnds } from './ends.ts';
import { gateOfWarmup } from './gates.ts';
import { measuredCrowd } from './measured.ts';
import { worldOf } from './phase-world.ts';
import type { Together } from './together.ts';
import { hasWarmup, warmupPopulation } from './warmup.ts';

export interface RunOptions {
  readonly scenario: Scenario;
  readonly clock: Clock;
  readonly transport: Transport;
  readonly workload: Workload;
  /** Called for every planned request, when it has ended. */
  record(record: TurnRecord, said?: () => Said): void;
  /** Called once, after the last record. */
  onDone(end: RunEnd, account: RunAccount): void;
  lagging?(userId: number, lagMs: number): void;
  /** What earlier parts of a resumed run have done. */
  readonly before?: EarlierParts;
  /** Who plays a measured conversation; default: one user, turn after turn. */
  readonly player?: (world: World) => Player;
  /** This process plays one of several partitions, which keep the bounds of all together. */
  readonly together?: Together | undefined;
}

export interface EarlierParts {
  /** Users whose conversations are finished. */
  readonly played: ReadonlySet<number>;
  readonly measuredMs: number;
  readonly requests: number;
}

export type StoppedBy = RunFooter['stoppedBy'];
export type RunEnd = Omit<RunFooter, 'health'>;

/** Whether every request that was planned has its record. */
export interface RunAccount {
  /** Requests of all users that arrived, in the warm-up as well. */
  readonly planned: number;
  /** Why not, in one line, if so: our bug. */
  readonly defect: string | undefined;
}

/** Said where simulated time has come to its end, and the run has not: our bug. */
export const NOT_ENDED = 'nothing is left to happen, and the run has not ended';

/** A run under way. */
export interface Run {
  /** No more arrivals and turns; requests in flight may end until the drain timeout. */
  interrupt(by?: StoppedBy): void;
  /** Requests in flight are cancelled; all records are made before this returns. */
  abort(): void;
  state(): RunState;
  readonly ends: RunEnds;
}

export interface RunState {
  /** Handing over: the run's own load is its warm-up. */
  readonly phase: 'warmingUp' | 'handingOver' | 'measuring' | 'draining' | 'done';
  readonly activeUsers: number;
  readonly waitingUsers: number;
  readonly inFlight: number;
  /** When measuring began; undefined: it has not. */
  readonly measureStartMs: number | undefined;
}

type PhaseEvent =
  | { type: 'population.emptied' }
  | { type: 'all.gathered' }
  | { type: 'stop.reached'; by: StoppedBy }
  | { type: 'run.aborted' };

/** Plays a scenario: warm-up, measurement, drain. Everything goes through the given clock and transport. */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: one state machine, read from top to bottom
export function startRun(options: RunOptions): Run {
  const { clock, before, workload, together } = options;
  const scenario = boundedBy(options.scenario, workload.conversations);
  const { afterSec, afterUnreachableSec, drainTimeoutSec } = scenario.stop;
  const { durationSec } = scenario.warmup;
  const emptied = () => phases.send({ type: 'population.emptied' });
  const outage = new Outage({
    clock,
    giveUpMs: (afterUnreachableSec ?? Infinity) * 1000,
    onGivenUp: () => stop('unreachable'),
  });
  /** When what is to begin next begins; undefined: as soon as it does. */
  let beginMs = together?.startMs;
  let measureStartMs: number | undefined;
  const stop = (by: StoppedBy): void => {
    together?.stopping(by);
    phases.send({ type: 'stop.reached', by });
  };
  const warmupGate = together?.door('warmup', outage) ?? gateOfWarmup(scenario, { clock, outage });
  const begun = new Map<number, Session>();
  const warmupWorld = worldOf({ ...options, outage }, warmupGate, 'warmup');
  const warmup = warmupPopulation(warmupWorld, scenario, emptied, begun);
  const [measured, ledger] = measuredCrowd({ ...options, outage }, scenario, {
    begun: scenario.warmup.firstTurns ? begun : undefined,
    phaseAt:
      durationSec === undefined
        ? undefined
        : (dueMs = Infinity) =>
            measureStartMs !== undefined && dueMs >= measureStartMs ? 'measure' : 'warmup',
    onStop: stop,
    onEmpty: emptied,
  });
  let population: Crowd = warmup;
  let drainStartMs: number | undefined;

  const phases = createActor(
    setup({
      types: {} as { context: { stoppedBy: StoppedBy }; events: PhaseEvent },
      delays: {
        untilWarm: () => (durationSec ?? 0) * 1000,
        untilStop: () => {
          const leftMs = (afterSec ?? 0) * 1000 - (before?.measuredMs ?? 0);
          return Math.max(0, leftMs - (beginMs === undefined ? 0 : clock.now() - beginMs));
        },
        untilDrained: () => drainTimeoutSec * 1000,
      },
      guards: {
        hasWarmup: () => hasWarmup(scenario),
        isTogether: () => together !== undefined,
        hasHandover: () => durationSec !== undefined,
        hasDuration: () => afterSec !== undefined,
      },
      actions: {
        drain: () => {
          drainStartMs = clock.now();
          population.drain();
        },
        cancel: () => population.cancel(),
        noteStop: assign(({ context, event }) =>
          event.type === 'stop.reached'
            ? { stoppedBy: event.by }
            : event.type === 'run.aborted'
              ? { stoppedBy: 'interrupt' as const }
              : context,
        ),
        noteDuration: assign({ stoppedBy: 'duration' as const }),
      },
    }).createMachine({
      context: { stoppedBy: 'users' },
      initial: 'starting',
      states: {
        starting: {
          always: [
            { guard: 'hasWarmup', target: 'warmingUp' },
            { guard: 'hasHandover', target: 'handingOver' },
            { target: 'measuring' },
          ],
        },
        warmingUp: {
          on: {
            'population.emptied': [
              { guard: 'isTogether', target: 'gathering' },
              { guard: 'hasHandover', target: 'handingOver' },
              { target: 'measuring' },
            ],
            'stop.reached': { target: 'draining', actions: 'noteStop' },
            'run.aborted': { target: 'draining', actions: ['noteStop', 'cancel'] },
          },
        },
        gathering: {
          on: {
            'all.gathered': [
              { guard: 'hasHandover', target: 'handingOver' },
              { target: 'measuring' },
            ],
            'stop.reached': { target: 'done', actions: 'noteStop' },
            'run.aborted': { target: 'done', actions: 'noteStop' },
          },
        },
        // The load of the run itself: its users go on when measuring begins.
        handingOver: {
          after: { untilWarm: 'measuring' },
          on: {
            'population.emptied': 'done',
            'stop.reached': { target: 'draining', actions: 'noteStop' },
            'run.aborted': { target: 'draining', actions: ['noteStop', 'cancel'] },
          },
        },
        measuring: {
          after: {
            untilStop: { guard: 'hasDuration', target: 'draining', actions: 'noteDuration' },
          },
          on: {
            'population.emptied': 'done',
            'stop.reached': { target: 'draining', actions: 'noteStop' },
            'run.aborted': { target: 'draining', actions: ['noteStop', 'cancel'] },
          },
        },
        draining: {
          entry: 'drain',
          after: { untilDrained: { actions: 'cancel' } },
          on: { 'population.emptied': 'done', 'run.aborted': { actions: 'cancel' } },
        },
        done: { type: 'final' },
      },
    }),
    { clock },
  );

  let entered: unknown;
  phases.subscribe({
    // Populations start here and not in an entry action: XState wants no actor made inside an action.
    next({ value }) {
      if (value === entered) return;
      entered = value;
      if (value === 'warmingUp') warmup.start(beginMs ?? clock.now());
      if (value === 'gathering') {
        together!.gather((atMs) => {
          beginMs = atMs;
          phases.send({ type: 'all.gathered' });
        });
      }
      if (value === 'measuring') measureStartMs = beginMs ?? clock.now();
      if ((value !== 'measuring' && value !== 'handingOver') || population === measured) return;
      population = measured;
      const startMs = beginMs ?? clock.now();
      // The same in all, though their timers are not.
      if (value === 'handingOver' && beginMs !== undefined) beginMs += (durationSec ?? 0) * 1000;
      measured.start(startMs);
    },
    complete() {
      outage.stop();
      const nowMs = clock.now();
      // Stopped in its warm-up, a run has measured for no time at all.
      const startMs = measureStartMs ?? nowMs;
      const end = {
        stoppedBy: phases.getSnapshot().context.stoppedBy,
        measureStartMs: startMs,
        drainStartMs: Math.max(startMs, drainStartMs ?? nowMs),
        measureEndMs: nowMs,
        ...(measured.arrivalsEndMs !== undefined && { arrivalsEndMs: measured.arrivalsEndMs }),
      };
      options.onDone(end, accountOf([warmupWorld.ledger, ledger]));
    },
    error(error) {
      throw error;
    },
  });
  phases.start();
  // Whoever stops it may not know yet that it is over.
  const tell = (event: PhaseEvent): void => {
    if (phases.getSnapshot().status === 'active') phases.send(event);
  };

  return {
    interrupt: (by = 'interrupt') => tell({ type: 'stop.reached', by }),
    abort: () => tell({ type: 'run.aborted' }),
    ends: endsOf(scenario, before),
    state: () => ({
      phase: phaseOf(phases.getSnapshot().value),
      activeUsers: population.activeUsers,
      waitingUsers: population.waitingUsers,
      inFlight: warmup.inFlight + measured.inFlight,
      measureStartMs,
    }),
  };
}

/** Others still warm up where it waits for them. */
function phaseOf(value: string): RunState['phase'] {
  return value === 'gathering' ? 'warmingUp' : (value as RunState['phase']);
}
