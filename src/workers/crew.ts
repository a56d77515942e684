import { boundedBy, endsOf } from '../run/ends.ts';
import { recordLost } from '../run/lost.ts';
import { Recorded } from '../run/recorded.ts';
import type { Run, RunOptions, RunState, StoppedBy } from '../run/run.ts';
import { hasWarmup } from '../run/warmup.ts';
import { mergedEnd } from './ends.ts';
import { Keeper, type WorkersDoor } from './keeper.ts';
import type { FromWorker, Line, ToWorker, WorkerEnd } from './messages.ts';
import { partitionOf } from './partition.ts';
import { stateOf } from './state.ts';

/** A worker that is ready, as the process sees it that it works for. */
export interface Hand extends Line<FromWorker, ToWorker> {
  /** Called once, if it ends without having said that it is done. */
  onLost(listener: (why: string) => void): void;
  kill(): void;
}

export interface CrewOptions
  extends Omit<RunOptions, 'transport' | 'together' | 'player' | 'onDone'> {
  readonly hands: readonly Hand[];
  /** They begin so long after now: until then each has heard of it. */
  readonly leadMs: number;
  onDone(end: WorkerEnd['end'], account: WorkerEnd['account']): void;
  /** A worker is lost: which of them, and why. */
  onLost?(index: number, why: string): void;
  notice?(line: string): void;
}

/** One worker, and what is known of it. */
interface Member {
  readonly hand: Hand;
  readonly door: WorkersDoor;
  readonly recorded: Recorded;
  state: RunState | undefined;
  hasGathered: boolean;
  isLost: boolean;
  /** How it ended. */
  ended: WorkerEnd | undefined;
}

/** A worker that does not stop when it is told to has so long. */
const ABORT_MS = 5000;

/** Plays a run by workers, each a partition of it: for whoever began it one run, with one end. */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: what is heard, one message after the other
export function startCrew(options: CrewOptions): Run {
  const { clock, workload, before, hands, leadMs } = options;
  const scenario = boundedBy(options.scenario, workload.conversations);
  const startMs = clock.now() + leadMs;
  /** When the run's own load began; undefined: its warm-up is not over. */
  let loadStartMs = hasWarmup(scenario) ? undefined : startMs;
  let stoppedBy: StoppedBy | undefined;
  let isDone = false;
  const keeper = new Keeper({
    ...{ scenario, clock },
    requestsBefore: before?.requests ?? 0,
    onLastRequest: () => stop('requests'),
  });
  const members: readonly Member[] = hands.map((hand) => ({
    hand,
    door: keeper.doorFor(({ room, id }, sinceMs) =>
      hand.send({ type: 'granted', room, id, ...(sinceMs !== undefined && { sinceMs }) }),
    ),
    recorded: new Recorded(scenario),
    state: undefined,
    hasGathered: false,
    isLost: false,
    ended: undefined,
  }));
  const playing = () => members.filter(({ ended, isLost }) => !ended && !isLost);
  const tellAll = (message: ToWorker): void => {
    for (const { hand } of playing()) hand.send(message);
  };

  /** The first reason is the run's. */
  function stop(by: StoppedBy): void {
    if (stoppedBy !== undefined || isDone) return;
    stoppedBy = by;
    tellAll({ type: 'stop', by });
  }

  function abort(): void {
    stop('interrupt');
    tellAll({ type: 'abort' });
    clock.setTimeout(() => {
      for (const { hand } of playing()) hand.kill();
    }, ABORT_MS);
  }

  function goIfGathered(): void {
    const waited = playing();
    if (loadStartMs !== undefined || !waited.length) return;
    if (!waited.every(({ hasGathered }) => hasGathered)) return;
    loadStartMs = clock.now() + leadMs;
    tellAll({ type: 'go', atMs: loadStartMs });
  }

  function endIfDone(): void {
    if (isDone || playing().length) return;
    isDone = true;
    const ended = members.flatMap((member) => member.ended ?? []);
    const end = mergedEnd(
      ended.map((one) => one.end),
      stoppedBy,
      clock.now(),
    );
    let planned = ended.reduce((sum, { account }) => sum + account.planned, 0);
    members.forEach((member, index) => {
      if (!member.isLost) return;
      recordShareOf(member, index, end);
      planned += member.recorded.count;
    });
    const defect = ended.find(({ account }) => account.defect !== undefined)?.account.defect;
    options.onDone(end, { planned, defect });
  }

  /** What was never to begin has nothing to record. */
  function recordShareOf({ recorded }: Member, index: number, end: WorkerEnd['end']): void {
    if (loadStartMs === undefined) return;
    const areAllPlayed = end.stoppedBy === 'users' && scenario.population.users !== undefined;
    const isAll = areAllPlayed || scenario.stop.recordNotArrived;
    recordLost(
      {
        ...{ scenario, workload, before, recorded },
        partition: partitionOf(scenario, index, hands.length),
        fromMs: loadStartMs,
        untilMs: isAll ? undefined : end.drainStartMs,
      },
      (record) => {
        recorded.add(record);
        options.record(record);
      },
    );
  }

  function hear(member: Member, message: FromWorker): void {
    const { door, recorded } = member;
    if (message.type === 'records') {
      for (const record of message.records) {
        recorded.add(record);
        options.record(record);
      }
    } else if (message.type === 'ask') door.ask(message);
    else if (message.type === 'unask') door.unask(message.room, message.id);
    else if (message.type === 'leave') door.leave(message.room, message.endMs);
    else if (message.type === 'state') member.state = message.state;
    else if (message.type === 'stopping') stop(message.by);
    else if (message.type === 'notice') options.notice?.(message.line);
    else if (message.type === 'lagging') options.lagging?.(message.userId, message.lagMs);
    else if (message.type === 'gathered') {
      member.hasGathered = true;
      goIfGathered();
    } else if (message.type === 'done') {
      member.ended = message;
      goIfGathered();
      endIfDone();
    }
  }

  function lose(member: Member, index: number, why: string): void {
    if (member.ended || member.isLost) return;
    member.isLost = true;
    member.door.abandon(clock.now());
    options.onLost?.(index, why);
    goIfGathered();
    endIfDone();
  }

  members.forEach((member, index) => {
    member.hand.listen((message) => hear(member, message));
    member.hand.onLost((why) => lose(member, index, why));
    member.hand.send({ type: 'start', atMs: startMs });
  });
  return {
    interrupt: (by = 'interrupt') => stop(by),
    abort,
    ends: endsOf(scenario, before),
    state: () =>
      stateOf(
        members.map(({ state, ended, isLost }) => (ended || isLost ? undefined : state)),
        { scenario, isDone, loadStartMs, stoppedBy, nowMs: clock.now() },
      ),
  };
}
