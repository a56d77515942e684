import { UsageError } from '../base/errors.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Workload } from '../workload/conversation.ts';

/**
 * Simulated time does not wait for Ctrl-C: what is played in it has to end by itself.
 * @throws UsageError for a scenario that goes on for ever, saying what would end it.
 */
export function refuseEndless({ population, stop }: Scenario, workload: Workload): void {
  const { users = workload.conversations, arrivals } = population;
  const isBounded =
    users !== undefined ||
    arrivals.process === 'trace' ||
    stop.afterSec !== undefined ||
    stop.afterRequests !== undefined;
  if (isBounded) return;
  throw new UsageError(
    'the scenario has no end, which virtual time would never reach; expected --time (stop.afterSec), --users (population.users) or stop.afterRequests',
  );
}
