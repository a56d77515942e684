import { processOf } from '../population/processes.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Room } from './messages.ts';

/** What holds for all workers together, and is therefore kept in one place, by what it lets in. */
export function boundsOf({ population, stop }: Scenario): ReadonlySet<Room> {
  const { maxActive, maxInFlight, pace, arrivals } = population;
  const isOpen = processOf(arrivals).loop === 'open';
  const isOfRun = pace !== undefined || stop.afterRequests !== undefined;
  const rooms: readonly [Room, boolean][] = [
    ['warmup', maxInFlight !== undefined],
    ['measure', maxInFlight !== undefined || isOfRun],
    ['users', isOpen && maxActive !== undefined],
  ];
  return new Set(rooms.flatMap(([room, isKept]) => (isKept ? [room] : [])));
}

/** Why a scenario is played by one process alone, in one line; undefined: several can. */
export function aloneText({ population, warmup, output }: Scenario): string | undefined {
  const { arrivals, maxIdleSec, maxInFlight } = population;
  const process = processOf(arrivals);
  if (process.loop === 'closed' && process.clients) {
    return `population.arrivals.process: ${arrivals.process} has clients who take from one queue`;
  }
  if (maxIdleSec !== undefined) {
    return 'population.maxIdleSec skips time in which nobody at all has a request in flight';
  }
  if (warmup.firstTurns && maxInFlight !== undefined) {
    return 'warmup.firstTurns goes round the slots of population.maxInFlight';
  }
  return output.certify ? 'output.certify finds out the error of one process' : undefined;
}
