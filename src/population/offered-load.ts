import type { Scenario } from '../scenario/schema.ts';
import type { Arrival } from './arrival.ts';
import { leftArrivals, openArrivals } from './arrivals.ts';
import { isShareOf, shareOf } from './partition.ts';
import { type ClosedProcess, type OpenProcess, processOf } from './processes.ts';

/** Who comes, in order of time. In closed loop each slot has a sequence of its own, one after the other. */
export type OfferedLoad = OpenLoad | ClosedLoad;

interface OpenLoad {
  readonly loop: 'open';
  readonly arrivals: Iterator<Arrival>;
}

interface ClosedLoad {
  readonly loop: 'closed';
  readonly slots: readonly Iterator<number>[];
}

/** What other parts of a run and its workload have to say about who comes when. */
export interface LoadOptions {
  /** Users whose conversations earlier parts of the run have finished. */
  readonly played?: ReadonlySet<number> | undefined;
  /** When each conversation is due, for arrivals that go by it. */
  readonly traceMs?: readonly number[] | undefined;
}

/**
 * Who is to come in this run. The users played before are left out, and the others come in the same order at
 * the times of a fresh start. A partition's share comes when it comes in the whole; how much of another
 * partition's has been played before is not known to it.
 */
export function offeredLoad(scenario: Scenario, options: LoadOptions = {}): OfferedLoad {
  const process = processOf(scenario.population.arrivals);
  return process.loop === 'closed'
    ? closedLoad(scenario, process, options)
    : openLoad(scenario, process, options);
}

function openLoad(
  scenario: Scenario,
  process: OpenProcess,
  { played, traceMs }: LoadOptions,
): OpenLoad {
  const { partition, firstUserId } = scenario.population;
  const timetable = { process, traceMs };
  const left = played?.size
    ? leftArrivals(scenario, timetable, played)
    : openArrivals(scenario, timetable);
  return {
    loop: 'open',
    arrivals: shareOf(partition, left, ({ userId }) => userId - firstUserId),
  };
}

function closedLoad(
  scenario: Scenario,
  { slots: count }: ClosedProcess,
  { played = new Set() }: LoadOptions,
): ClosedLoad {
  const slots = Array.from({ length: count }, (_, slot) =>
    slotUsers(scenario, slot, count, played),
  ).filter((_, slot) => isShareOf(scenario.population.partition, slot));
  return { loop: 'closed', slots };
}

/** Users of one slot: named by (slot, k), so that who plays what does not depend on who finishes first. */
function* slotUsers(
  { population }: Scenario,
  slot: number,
  slots: number,
  played: ReadonlySet<number>,
): Generator<number> {
  const { users = Infinity, firstUserId } = population;
  for (let index = slot; index < users; index += slots) {
    if (!played.has(firstUserId + index)) yield firstUserId + index;
  }
}

/** Users for clients who take one after the other from the same queue. `first` are taken before all others. */
export function* queueOf(
  { population }: Scenario,
  { played = new Set(), first }: { played?: ReadonlySet<number>; first?: Iterable<number> } = {},
): Generator<number> {
  const taken = new Set(played);
  const { users = Infinity, firstUserId } = population;
  for (const userId of first ?? []) {
    if (taken.has(userId)) continue;
    taken.add(userId);
    yield userId;
  }
  for (let userId = firstUserId; userId < firstUserId + users; userId++) {
    if (!taken.has(userId)) yield userId;
  }
}
