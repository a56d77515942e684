import { VirtualClock } from '../base/clock.ts';
import { offeredLoad } from '../population/offered-load.ts';
import { type TurnRecord, UNSENT } from '../record/record.ts';
import type { Partition } from '../scenario/population.ts';
import type { Scenario } from '../scenario/schema.ts';
import { Gate } from '../user/gate.ts';
import { Session } from '../user/session.ts';
import { unsentRecord } from '../user/turn-record.ts';
import type { Workload } from '../workload/conversation.ts';
import { worldOf } from './phase-world.ts';
import type { Recorded } from './recorded.ts';
import type { EarlierParts } from './run.ts';

/** A partition of which nobody can say any more what it would have sent. */
export interface Lost {
  readonly scenario: Scenario;
  readonly workload: Workload;
  readonly partition: Partition;
  readonly before?: EarlierParts | undefined;
  /** What it had recorded, before it was lost. */
  readonly recorded: Recorded;
  /** When users began to come. */
  readonly fromMs: number;
  /** Until then users came to the others; undefined: all of them have. */
  readonly untilMs: number | undefined;
}

/** Nothing is sent here. */
const NOWHERE = { send: () => () => {}, async close() {} };

/**
 * Records as unsent what a partition was to send and has not recorded: of all users who would have come until the run
 * stopped, and in a closed loop of those who were there, the turns that are left.
 */
export function recordLost(lost: Lost, record: (record: TurnRecord) => void): void {
  const { workload, recorded, fromMs } = lost;
  const scenario = shareOf(lost);
  const clock = new VirtualClock();
  const world = worldOf(
    { scenario, clock, transport: NOWHERE, workload, record },
    new Gate({ clock }),
    'measure',
  );
  for (const { userId, dueMs, startTurn } of usersOf(scenario, lost)) {
    unsentOf(userId, scenario.warmup.firstTurns ? 1 : startTurn, dueMs);
  }

  function unsentOf(userId: number, first: number, dueMs?: number): void {
    const session = new Session(world.conversation(userId));
    const from = recorded.nextTurn(userId) ?? first;
    for (let index = first; ; index++) {
      const turn = session.turn(index);
      if (!turn) return;
      if (index >= from) {
        const isFirst = index === first && dueMs !== undefined;
        const intendedMs = isFirst ? fromMs + dueMs : undefined;
        record(unsentRecord(world, session, index, UNSENT.lost, intendedMs));
      }
      for (const fork of turn.forks ?? []) unsentOf(fork.userId, 0);
    }
  }
}

/** The scenario as that partition has it. */
function shareOf({ scenario, partition }: Lost): Scenario {
  return { ...scenario, population: { ...scenario.population, partition } };
}

/** Those who would have come, and have not finished. */
function* usersOf(scenario: Scenario, { workload, before, recorded, untilMs, fromMs }: Lost) {
  const load = offeredLoad(scenario, { played: before?.played, traceMs: workload.arrivalsMs });
  if (load.loop === 'open') {
    for (let next = load.arrivals.next(); !next.done; next = load.arrivals.next()) {
      if (untilMs !== undefined && fromMs + next.value.dueMs > untilMs) return;
      if (!recorded.hasFinished(next.value.userId)) yield next.value;
    }
    return;
  }
  for (const slot of load.slots) {
    for (let next = slot.next(); !next.done; next = slot.next()) {
      if (recorded.hasFinished(next.value)) continue;
      yield { userId: next.value, dueMs: undefined, startTurn: 0 };
      // Nobody knows who would have come after that one.
      if (untilMs !== undefined) break;
    }
  }
}
