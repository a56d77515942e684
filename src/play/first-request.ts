import { priorityOf } from '../run/phase-world.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { ChatRequest } from '../transport/transport.ts';
import type { Workload } from '../workload/conversation.ts';

/** The request that a user of a run begins with, for what is sent outside of any run; default: the first user. */
export function firstRequest(
  scenario: Scenario,
  workload: Workload,
  userId = scenario.population.firstUserId,
): ChatRequest {
  const { opening, turns, request: fields } = workload.conversation(userId);
  const turn = turns[0]!;
  return {
    userId,
    sessionId: undefined,
    turn: 0,
    messages: [...opening, ...(turn.before ?? []), turn.message],
    headers: turn.headers,
    fields,
    maxTokens: turn.maxTokens,
    minTokens: turn.minTokens,
    cacheSalt: scenario.sampling.cacheSalt?.replaceAll('{userId}', String(userId)),
    priority: priorityOf(scenario)?.(userId, turn),
  };
}
