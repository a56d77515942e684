import { fromCallback } from 'xstate';
import { Session } from './session.ts';
import { forkDueMs, type UserInput, type UserState } from './state.ts';
import type { World } from './world.ts';

type Told = { type: 'run.draining' } | { type: 'run.cancelled' };

interface Actor {
  start(): void;
  send(event: Told): void;
}

/** A user of a world, not yet started; `onOver` is called once, with when it ended. */
export type MakeUser = (input: UserInput, onOver: (endMs: number) => void) => Actor;

/**
 * The sub-agents that the answer to a turn began, each a user of its own as the root of its own system. It ends
 * when all of them have; what happens to one is no failure of the one who began it.
 */
export function forksOf(world: World, makeUser: MakeUser) {
  return fromCallback<Told, UserState>(({ input, sendBack, receive }) => {
    const forks = input.session.turn(input.turn)!.forks!;
    const live = new Set<Actor>();
    let left = forks.length;
    let lastEndMs = 0;
    for (const { userId } of forks) {
      const session = new Session(world.conversation(userId));
      const intendedMs = forkDueMs(world, input, session.turn(0)!);
      const freeMs = input.outcome?.endMs;
      const actor = makeUser({ session, turn: 0, intendedMs, freeMs }, (endMs) => {
        live.delete(actor);
        lastEndMs = Math.max(lastEndMs, endMs);
        if (--left === 0) sendBack({ type: 'forks.ended', endMs: lastEndMs });
      });
      live.add(actor);
    }
    for (const actor of [...live]) actor.start();
    receive((event) => {
      for (const actor of [...live]) actor.send(event);
    });
  });
}
