import type { TurnRecord } from '../record/record.ts';
import { boundedBy, endsOf } from '../run/ends.ts';
import { recordLost } from '../run/lost.ts';
import { Recorded } from '../run/recorded.ts';
import type { Run, RunOptions, RunState, StoppedBy } from '../run/run.ts';
import { hasWarmup } from '../run/warmup.ts';
import type { Scenario } from '../scenario/schema.ts';
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
  /** When they begin, where that is appointed. */
  readonly beginMs?: number | undefined;
  /** They begin so long after now: until then each has heard of it, and is ready. */
  readonly readyMs: number;
  /** What comes after the warm-up begins so long after its end: until then each has heard of it. */
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
export function startCrew(options: CrewOptions): Run {
  const crew = new CrewRun(options);
  crew.begin();
  return crew;
}

class CrewRun implements Run {
  readonly #options: CrewOptions;
  readonly #scenario: Scenario;
  readonly #members: readonly Member[];
  readonly ends: Run['ends'];
  /** When the run's own load began; undefined: its warm-up is not over. */
  #loadStartMs: number | undefined;
  #stoppedBy: StoppedBy | undefined;
  #isDone = false;
  #killTimer: unknown;

  constructor(options: CrewOptions) {
    const { clock, workload, before, hands } = options;
    const scenario = boundedBy(options.scenario, workload.conversations);
    this.#options = options;
    this.#scenario = scenario;
    this.ends = endsOf(scenario, before);
    const keeper = new Keeper({
      ...{ scenario, clock },
      requestsBefore: before?.requests ?? 0,
      workers: hands.length,
      onLastRequest: () => this.interrupt('requests'),
    });
    this.#members = hands.map((hand) => ({
      hand,
      door: keeper.doorFor({
        granted: ({ room, id }, sinceMs, spare) =>
          hand.send({
            ...{ type: 'granted', room, id },
            ...(sinceMs !== undefined && { sinceMs }),
            ...(spare > 0 && { spare }),
          }),
        recall: (room) => hand.send({ type: 'recall', room }),
      }),
      recorded: new Recorded(scenario),
      state: undefined,
      hasGathered: false,
      isLost: false,
      ended: undefined,
    }));
  }

  begin(): void {
    const { clock, readyMs, beginMs } = this.#options;
    const atMs = beginMs ?? clock.now() + readyMs;
    if (!hasWarmup(this.#scenario)) this.#loadStartMs = atMs;
    this.#members.forEach((member, index) => {
      const { hand } = member;
      hand.listen((message) => this.#hear(member, message));
      hand.onLost((why) => this.#lose(member, index, why));
      hand.send({ type: 'start', atMs });
    });
  }

  /** The first reason is the run's. */
  interrupt(by: StoppedBy = 'interrupt'): void {
    if (this.#stoppedBy !== undefined || this.#isDone) return;
    this.#stoppedBy = by;
    this.#tellAll({ type: 'stop', by });
  }

  /** Records that are on their way come before the end. */
  abort(): void {
    this.interrupt();
    this.#tellAll({ type: 'abort' });
    this.#killTimer ??= this.#options.clock.setTimeout(() => {
      for (const { hand } of this.#playing()) hand.kill();
    }, ABORT_MS);
  }

  state(): RunState {
    const told = this.#playing().map(({ state }) => state);
    return stateOf(told, {
      scenario: this.#scenario,
      isDone: this.#isDone,
      loadStartMs: this.#loadStartMs,
      stoppedBy: this.#stoppedBy,
      nowMs: this.#options.clock.now(),
    });
  }

  #playing(): Member[] {
    return this.#members.filter(({ ended, isLost }) => !ended && !isLost);
  }

  #tellAll(message: ToWorker): void {
    for (const { hand } of this.#playing()) hand.send(message);
  }

  #hear(member: Member, message: FromWorker): void {
    const { door } = member;
    if (message.type === 'records') this.#record(member, message.records);
    else if (message.type === 'ask') door.ask(message);
    else if (message.type === 'unask') door.unask(message.room, message.id);
    else if (message.type === 'leave') {
      const { room, endMs, count = 1 } = message;
      for (let left = 0; left < count; left++) door.leave(room, endMs);
    } else if (message.type === 'state') member.state = message.state;
    else if (message.type === 'stopping') this.interrupt(message.by);
    else if (message.type === 'notice') this.#options.notice?.(message.line);
    else if (message.type === 'gathered') {
      member.hasGathered = true;
      this.#goIfGathered();
    } else if (message.type === 'done') {
      member.ended = message;
      this.#goIfGathered();
      this.#endIfDone();
    }
  }

  #record({ recorded }: Member, records: readonly TurnRecord[]): void {
    for (const record of records) {
      recorded.add(record);
      this.#options.record(record);
    }
  }

  #lose(member: Member, index: number, why: string): void {
    if (member.ended || member.isLost) return;
    member.isLost = true;
    member.door.abandon(this.#options.clock.now());
    this.#options.onLost?.(index, why);
    this.#goIfGathered();
    this.#endIfDone();
  }

  #goIfGathered(): void {
    const waited = this.#playing();
    if (this.#loadStartMs !== undefined || !waited.length) return;
    if (!waited.every(({ hasGathered }) => hasGathered)) return;
    const { clock, leadMs } = this.#options;
    this.#loadStartMs = clock.now() + leadMs;
    this.#tellAll({ type: 'go', atMs: this.#loadStartMs });
  }

  #endIfDone(): void {
    if (this.#isDone || this.#playing().length) return;
    this.#isDone = true;
    this.#options.clock.clearTimeout(this.#killTimer);
    const ended = this.#members.flatMap((member) => member.ended ?? []);
    const end = mergedEnd(
      ended.map((one) => one.end),
      this.#stoppedBy,
      this.#options.clock.now(),
    );
    let planned = ended.reduce((sum, { account }) => sum + account.planned, 0);
    this.#members.forEach((member, index) => {
      if (!member.isLost) return;
      this.#recordLost(member, index, end);
      planned += member.recorded.count;
    });
    const defect = ended.find(({ account }) => account.defect !== undefined)?.account.defect;
    this.#options.onDone(end, { planned, defect });
  }

  /** What never began has nothing to record. */
  #recordLost(member: Member, index: number, end: WorkerEnd['end']): void {
    const { workload, before, hands } = this.#options;
    const scenario = this.#scenario;
    const fromMs = this.#loadStartMs;
    if (fromMs === undefined) return;
    const haveAllCome = end.stoppedBy === 'users' && scenario.population.users !== undefined;
    const untilMs = haveAllCome || scenario.stop.recordNotArrived ? undefined : end.drainStartMs;
    const partition = partitionOf(scenario, index, hands.length);
    const { recorded } = member;
    recordLost({ scenario, workload, before, recorded, partition, fromMs, untilMs }, (record) =>
      this.#record(member, [record]),
    );
  }
}
