import { agentsMachine, createAgents, recordRoundsUnsent } from '../user/agents.ts';
import type { World } from '../user/world.ts';
import type { AgentWorkload } from '../workload/agents/agents.ts';
import type { Player } from './player.ts';

/** What a user has to say is asked of its agents, round by round. */
export function agentPlayer(world: World, workload: AgentWorkload): Player {
  const machine = agentsMachine(world, (userId) => workload.rounds(userId));
  return {
    create: ({ userId, dueMs }, onOver) =>
      createAgents(machine, world, { user: workload.user(userId), intendedMs: dueMs }, onOver),
    recordUnsent({ userId, dueMs }, reason) {
      const first = { round: 0, intendedMs: dueMs };
      recordRoundsUnsent(world, workload.user(userId), reason, first);
    },
  };
}
