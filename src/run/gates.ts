import { stream } from '../base/random.ts';
import type { Scenario } from '../scenario/schema.ts';
import { Gate, type GateOptions } from '../user/gate.ts';
import { paceOf } from './phase-world.ts';

/** What gates need from outside of the scenario. */
type Around = Pick<GateOptions, 'clock' | 'outage' | 'onLastRequest' | 'onIdle'>;

/** What lets in the requests of the warm-up. */
export function gateOfWarmup({ population }: Scenario, around: Around): Gate {
  return new Gate({ ...around, cap: population.maxInFlight });
}

/** What lets in the requests of the run; `requestsBefore`: sent by earlier parts of it. */
export function gateOfRun(scenario: Scenario, around: Around, requestsBefore = 0): Gate {
  const { maxInFlight, turnOrder } = scenario.population;
  const { afterRequests } = scenario.stop;
  return new Gate({
    ...around,
    cap: maxInFlight,
    order: turnOrder,
    rng: stream(scenario.seed, 'population', 'turn order'),
    ...paceOf(scenario),
    requestsMax: afterRequests && Math.max(1, afterRequests - requestsBefore),
  });
}
