import type { Scenario } from '../scenario/schema.ts';
import { constantOf } from '../workload/draw/distribution.ts';
import type { Arrival } from './arrival.ts';

/**
 * Users found in the middle of their conversation, as in multi-round-qa.py: user i of n has been there
 * for (n - i) joining steps, so it has sent one turn per launch interval since. One that has sent all of
 * its turns is listed with an infinite due time.
 */
export function rampUpArrivals({ population, pacing, conversation }: Scenario): Arrival[] {
  const { rampUp, firstUserId } = population;
  if (!rampUp) return [];
  // Both settings were checked to be constants, see scenario/schema.ts.
  const intervalMs = constantOf(pacing.pauseSec)! * 1000;
  const rounds = Math.round(constantOf(conversation.rounds)!);
  const arrivals = Array.from({ length: rampUp.users }, (_, i): Arrival => {
    const thereMs = (rampUp.users - i) * rampUp.joinEverySec * 1000;
    // A whole number of intervals must not become one less through the last bit of a product.
    const startTurn = Math.floor(thereMs / intervalMs + 1e-9) + 1;
    const dueMs = startTurn >= rounds ? Infinity : startTurn * intervalMs - thereMs;
    return { userId: firstUserId + i, dueMs, startTurn };
  });
  return arrivals.sort((a, b) => a.dueMs - b.dueMs || a.userId - b.userId);
}
