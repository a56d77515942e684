import { agentsMachine, createAgents, recordRoundsUnsent } from '../user/agents.ts';
import type { World } from '../user/world.ts';
import type { AgentUser, AgentWorkload } from '../workload/agents/agents.ts';
import type { Player } from './player.ts';

/** What a user has to say is asked of its agents, round by round. */
export function agentPlayer(world: World, workload: AgentWorkload): Player {
  const machine = agentsMachine(world, (userId) => workload.rounds(userId));
  const planned = (userId: number): AgentUser => {
    const user = workload.user(userId);
    world.ledger.plan(
      userId,
      user.rounds.reduce((sum, requests) => sum + requests.length, 0),
    );
    return user;
  };
  return {
    create: ({ userId, dueMs }, onOver) =>
      createAgents(machine, world, { user: planned(userId), intendedMs: dueMs }, () =>
        onOver(world.clock.now()),
      ),
    recordUnsent({ userId, dueMs }, reason) {
      recordRoundsUnsent(world, planned(userId), reason, { round: 0, intendedMs: dueMs });
    },
  };
}
