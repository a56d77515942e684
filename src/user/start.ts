import { createActor } from 'xstate';
import type { Clock } from '../base/clock.ts';
import type { UserInput } from './state.ts';
import type { UserActor, UserMachine } from './user.ts';

/** Starts a user as the root of its own actor system. `onOver` is called once, when its last record was made. */
export function startUser(
  machine: UserMachine,
  clock: Clock,
  input: UserInput,
  onOver: () => void,
): UserActor {
  const user = createActor(machine, { clock, input });
  user.subscribe({
    complete: onOver,
    // A user cannot fail by design: whatever the engine does is data. This is our bug, and stops the run loudly.
    error(error) {
      throw error;
    },
  });
  user.start();
  return user;
}
