import { createActor } from 'xstate';
import type { Clock } from '../base/clock.ts';
import type { UserInput } from './state.ts';
import type { UserActor, UserMachine } from './user.ts';

/**
 * A user as the root of its own actor system, not yet started. `onOver` is called once, when its last
 * record was made, which may be while it starts.
 */
export function createUser(
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
  return user;
}
