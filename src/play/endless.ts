import { UsageError } from '../base/errors.ts';
import { type ArrivalProcess, processOf } from '../population/processes.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Workload } from '../workload/conversation.ts';

/**
 * Nobody stops a run in simulated time by looking at it: days of it are over before. It has to end by itself.
 * @throws UsageError for a scenario that goes on for ever, saying what would end it.
 */
export function refuseEndless(scenario: Scenario, workload: Workload): void {
  const { population, stop } = scenario;
  const { users = workload.conversations } = population;
  if (users !== undefined || stop.afterRequests !== undefined) return;
  const process = processOf(population.arrivals);
  if (stop.afterSec !== undefined) refuseStandstill(scenario, process);
  else if (process.isEndless) throw new UsageError(NO_END);
}

const NO_END =
  'the scenario has no end, which virtual time would never reach; expected --time (stop.afterSec), --users (population.users) or stop.afterRequests';

/** A closed loop goes as fast as its engine: with one that takes no time it would never leave the first instant. */
function refuseStandstill({ engine: { fixed } }: Scenario, { loop }: ArrivalProcess): void {
  if (loop === 'open' || !fixed) return;
  if (fixed.ttftMs + fixed.tpotMs + fixed.perInputTokenMs > 0) return;
  throw new UsageError(
    'population.arrivals: found a closed loop that ends after a time, and an engine that takes none; expected --ttft-ms or --tpot-ms with `confab plan`, engine.fixed.ttftMs or tpotMs with `confab simulate`, or --users (population.users)',
  );
}
