import { createActor } from 'xstate';
import type { Clock } from '../base/clock.ts';
import type { MakeUser } from './forks.ts';
import type { UserInput } from './state.ts';
import { type UserActor, type UserMachine, userMachine } from './user.ts';
import type { World } from './world.ts';

/** Makes the users of a world, and those that they begin. */
export function userMaker(world: World): MakeUser {
  const machine: UserMachine = userMachine(world, make);
  return make;

  function make(input: UserInput, onOver: (endMs: number) => void): UserActor {
    const user = createUser(machine, world.clock, input, () => {
      const { outcome, freeMs } = user.getSnapshot().context.state;
      onOver(outcome?.endMs ?? freeMs);
    });
    return user;
  }
}

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
