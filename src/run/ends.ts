import { processOf } from '../population/processes.ts';
import type { Scenario } from '../scenario/schema.ts';

/** What will end the measuring of this process, as far as it is known: whichever comes first. */
export interface RunEnds {
  /** Milliseconds of measuring. */
  readonly afterMs?: number;
  /** Requests sent. */
  readonly requests?: number;
  /** Conversations that end. */
  readonly conversations?: number;
}

interface Done {
  readonly played: { readonly size: number };
  readonly measuredMs: number;
  readonly requests: number;
}

/** Of a part of a run: what is left for it after the parts `before`. */
export function endsOf(scenario: Scenario, before: Done | undefined): RunEnds {
  const { afterSec, afterRequests } = scenario.stop;
  const conversations = shareOfUsers(scenario);
  const left = (all: number, done = 0): number => Math.max(0, all - done);
  return {
    ...(afterSec !== undefined && { afterMs: left(afterSec * 1000, before?.measuredMs) }),
    ...(afterRequests !== undefined && { requests: left(afterRequests, before?.requests) }),
    ...(conversations !== undefined && {
      conversations: left(conversations, before?.played.size),
    }),
  };
}

/** A file's conversations are each played once, unless the scenario says how many. */
export function boundedBy(scenario: Scenario, conversations: number | undefined): Scenario {
  const { population } = scenario;
  return { ...scenario, population: { ...population, users: population.users ?? conversations } };
}

/** Of all users this process's partition: every n-th, or in a closed loop those of every n-th slot. */
function shareOfUsers({ population }: Scenario): number | undefined {
  const { users, partition, arrivals } = population;
  if (users === undefined || !partition) return users;
  const { index, of } = partition;
  const process = processOf(arrivals);
  if (process.loop === 'open') return everyNth(users, index, of);
  let count = 0;
  for (let slot = index; slot < process.slots; slot += of) {
    count += everyNth(users, slot, process.slots);
  }
  return count;
}

/** How many of the numbers below `count` are `first`, `first` + `step`, and so on. */
function everyNth(count: number, first: number, step: number): number {
  return Math.max(0, Math.ceil((count - first) / step));
}
