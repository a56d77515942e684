import { processOf } from '../population/processes.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Workload } from '../workload/conversation.ts';
import { meanOf } from '../workload/draw/distribution.ts';
import { clientNeeds } from './client-needs.ts';

/** What a request may take until its first token, and each token after it: of an engine nobody knows yet. */
const GUESSED = { firstSec: 0.5, tokenSec: 0.02, answerTokens: 200 };

/**
 * How many requests a scenario has in flight at the same time: as many as it has conversations at once, or, where they
 * come at a rate, as many as come in the time that a request may take (Little's law), within its caps.
 */
export function streamsOf(
  scenario: Scenario,
  workload: Pick<Workload, 'conversations' | 'arrivalsMs'>,
): number {
  const { connections, connectionsBehind } = clientNeeds(scenario, workload);
  const { population, conversation } = scenario;
  const arrivals = processOf(population.arrivals);
  if (arrivals.loop === 'closed') return connections;
  const usersPerSec = arrivals.usersPerSec ?? rateOf(workload.arrivalsMs);
  const share = population.partition?.of ?? 1;
  const isSynthetic = conversation.source === 'synthetic';
  const tokens = isSynthetic ? meanOf(conversation.answer.tokens ?? 0) : undefined;
  const rounds = isSynthetic ? meanOf(conversation.rounds) : undefined;
  const requestSec = GUESSED.firstSec + GUESSED.tokenSec * (tokens || GUESSED.answerTokens);
  const inFlight = Math.ceil((usersPerSec * (rounds ?? 1) * requestSec) / share);
  const { maxInFlight = Infinity } = population;
  return Math.max(connections, 1, Math.min(inFlight, connectionsBehind, maxInFlight));
}

/** Of a trace, from its first to its last. */
function rateOf(arrivalsMs: Workload['arrivalsMs']): number {
  if (!arrivalsMs || arrivalsMs.length < 2) return 0;
  const ms = arrivalsMs.at(-1)! - arrivalsMs[0]!;
  return ms > 0 ? (1000 * (arrivalsMs.length - 1)) / ms : 0;
}
