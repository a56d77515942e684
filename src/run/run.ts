import { assign, createActor, setup } from 'xstate';
import type { Clock } from '../base/clock.ts';
import { stream } from '../base/random.ts';
import type { Crowd } from '../population/crowd.ts';
import { offeredLoad } from '../population/offered-load.ts';
import type { Player } from '../population/player.ts';
import { Population } from '../population/population.ts';
import { processOf } from '../population/processes.ts';
import type { RunFooter, TurnRecord } from '../record/record.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Transport } from '../transport/transport.ts';
import { Gate } from '../user/gate.ts';
import { idleOf } from '../user/idle.ts';
import { accountOf, type Ledger } from '../user/ledger.ts';
import { Outage } from '../user/outage.ts';
import type { Session } from '../user/session.ts';
import type { Said, World } from '../user/world.ts';
import type { Workload } from '../workload/conversation.ts';
import { clientsOf } from './clients.ts';
import { boundedBy, endsOf, type RunEnds } from './ends.ts';
import { paceOf, worldOf } from './phase-world.ts';
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
}

export interface EarlierParts {
  /** Users whose conversations are finished. */
  readonly played: ReadonlySet<number>;
  readonly measuredMs: number;
  readonly requests: number;
}

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
  interrupt(by?: 'interrupt' | 'unwritable'): void;
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

type StoppedBy = RunFooter['stoppedBy'];
type PhaseEvent =
  | { type: 'population.emptied' }
  | { type: 'stop.reached'; by: StoppedBy }
  | { type: 'run.aborted' };

/** Plays a scenario: warm-up, measurement, drain. Everything goes through the given clock and transport. */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: one state machine, read from top to bottom
export function startRun(options: RunOptions): Run {
  const { clock, before, workload } = options;
  const scenario = boundedBy(options.scenario, workload.conversations);
  const { afterSec, afterUnreachableSec, drainTimeoutSec } = scenario.stop;
  const { durationSec } = scenario.warmup;
  const emptied = () => phases.send({ type: 'population.emptied' });
  const outage = new Outage({
    clock,
    giveUpMs: (afterUnreachableSec ?? Infinity) * 1000,
    onGivenUp: () => phases.send({ type: 'stop.reached', by: 'unreachable' }),
  });
  let measureStartMs: number | undefined;
  const warmupGate = new Gate({ clock, cap: scenario.population.maxInFlight, outage });
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
    onStop: (by) => phases.send({ type: 'stop.reached', by }),
    onEmpty: emptied,
  });
  let population: Crowd = warmup;
  let drainStartMs: number | undefined;

  const phases = createActor(
    setup({
      types: {} as { context: { stoppedBy: StoppedBy }; events: PhaseEvent },
      delays: {
        untilWarm: () => (durationSec ?? 0) * 1000,
        untilStop: () => Math.max(0, (afterSec ?? 0) * 1000 - (before?.measuredMs ?? 0)),
        untilDrained: () => drainTimeoutSec * 1000,
      },
      guards: {
        hasWarmup: () => hasWarmup(scenario),
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
              { guard: 'hasHandover', target: 'handingOver' },
              { target: 'measuring' },
            ],
            'stop.reached': { target: 'draining', actions: 'noteStop' },
            'run.aborted': { target: 'draining', actions: ['noteStop', 'cancel'] },
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
      if (value === 'warmingUp') warmup.start();
      if (value === 'measuring') measureStartMs = clock.now();
      if ((value !== 'measuring' && value !== 'handingOver') || population === measured) return;
      population = measured;
      measured.start();
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

  return {
    interrupt: (by = 'interrupt') => phases.send({ type: 'stop.reached', by }),
    abort: () => phases.send({ type: 'run.aborted' }),
    ends: endsOf(scenario, before),
    state: () => ({
      phase: phases.getSnapshot().value as RunState['phase'],
      activeUsers: population.activeUsers,
      waitingUsers: population.waitingUsers,
      inFlight: warmup.inFlight + measured.inFlight,
      measureStartMs,
    }),
  };
}

interface PhaseEnds {
  /** Where the warm-up is the first part of their load. */
  readonly phaseAt: World['phaseAt'] | undefined;
  /** Sessions of the warm-up to go on with. */
  readonly begun: ReadonlyMap<number, Session> | undefined;
  readonly onStop: (by: 'requests' | 'exhausted') => void;
  readonly onEmpty: () => void;
}

/** Who is measured, and where what they planned stands. */
function measuredCrowd(
  options: RunOptions & { readonly outage: Outage },
  scenario: Scenario,
  { begun, phaseAt, onStop, onEmpty }: PhaseEnds,
): [Crowd, Ledger] {
  const { clock, before, workload, outage } = options;
  const { afterRequests, recordNotArrived } = scenario.stop;
  const { arrivals, maxIdleSec, maxInFlight, maxActive, rampUp, turnOrder, stopWhenExhausted } =
    scenario.population;
  const idle = idleOf({ clock, maxIdleSec, isIdle: () => gate.isIdle });
  const gate: Gate = new Gate({
    clock,
    outage,
    cap: maxInFlight,
    order: turnOrder,
    rng: stream(scenario.seed, 'population', 'turn order'),
    ...paceOf(scenario),
    requestsMax: afterRequests && Math.max(1, afterRequests - (before?.requests ?? 0)),
    onLastRequest: () => onStop('requests'),
    onIdle: idle && (() => idle.begins()),
  });
  const world = worldOf({ ...options, idle }, gate, 'measure', phaseAt);
  const { played } = before ?? {};
  const process = processOf(arrivals);
  if (process.loop === 'closed' && process.clients) {
    const requestsBefore = before?.requests;
    const ends = { begun, onLeft: onStop, onEmpty };
    return [
      clientsOf(world, scenario, process.clients, { played, requestsBefore, ...ends }),
      world.ledger,
    ];
  }
  const population = new Population(world, {
    load: offeredLoad(scenario, { played, traceMs: workload.arrivalsMs }),
    maxActive: maxActive ?? Infinity,
    synthesiseHistory: rampUp?.history === 'synthesised',
    begun,
    recordNotArrived,
    onEmpty,
    player: options.player?.(world),
    onExhausted: stopWhenExhausted ? () => onStop('exhausted') : undefined,
  });
  return [population, world.ledger];
}
