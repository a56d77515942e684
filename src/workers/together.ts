import type { Clock } from '../base/clock.ts';
import type { Rooms } from '../population/rooms.ts';
import type { Together } from '../run/together.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Door } from '../user/gate.ts';
import { boundsOf } from './bounds.ts';
import type { FromWorker, Room, ToWorker } from './messages.ts';
import { Asked, RemoteDoor, remoteRooms } from './remote.ts';

/** What one worker has in common with the others, over its line to the process that keeps it. */
export interface Member extends Together {
  /** Says that it was understood. */
  told(message: ToWorker): boolean;
}

export function memberOf(
  scenario: Scenario,
  clock: Clock,
  startMs: number,
  send: (message: FromWorker) => void,
): Member {
  const bounds = boundsOf(scenario);
  const asked = new Map(
    [...bounds].map((room): [Room, Asked] => [room, new Asked(room, clock, send)]),
  );
  const users = asked.get('users');
  let go: ((atMs: number) => void) | undefined;
  return {
    startMs,
    rooms: users && (remoteRooms(users) satisfies Rooms),
    door(phase, outage): Door | undefined {
      const kept = asked.get(phase);
      return kept && new RemoteDoor(kept, clock, outage);
    },
    gather(onGo) {
      go = onGo;
      send({ type: 'gathered' });
    },
    stopping: (by) => send({ type: 'stopping', by }),
    told(message) {
      if (message.type === 'go') go?.(message.atMs);
      else if (message.type === 'granted') {
        asked.get(message.room)?.granted(message);
      } else if (message.type === 'recall') asked.get(message.room)?.recall();
      else return false;
      return true;
    },
  };
}
