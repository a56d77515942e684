import type { ClientHabits } from '../population/client.ts';
import { Clients, type ClientsOptions } from '../population/clients.ts';
import { queueOf } from '../population/offered-load.ts';
import type { SettingsOf } from '../scenario/arrivals.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { World } from '../user/world.ts';
import { numpySeed, RandomState } from '../workload/draw/numpy.ts';
import { PythonRandom } from '../workload/draw/python.ts';
import { paceOf } from './phase-world.ts';

type Settings = SettingsOf<'clients'>;

interface ClientsRun extends Pick<ClientsOptions, 'begun' | 'onGone' | 'onLeft' | 'onEmpty'> {
  readonly played?: ReadonlySet<number> | undefined;
  /** Requests that earlier parts of the run have sent. */
  readonly requestsBefore?: number;
}

/** The clients of a phase. Those with a session begun before are taken in the order in which it began. */
export function clientsOf(
  world: World,
  scenario: Scenario,
  settings: Settings,
  { played, requestsBefore = 0, ...options }: ClientsRun,
): Clients {
  const { clients } = settings;
  const { afterRequests } = scenario.stop;
  return new Clients(world, {
    ...options,
    habits: Array.from({ length: clients }, (_, client) => habitsOf(scenario, settings, client)),
    conversations: settings.conversationsEach,
    leave: settings.leave,
    // Subtle: iterated over when the phase begins, and the keys are those of then.
    queue: queueOf(scenario, { played, first: options.begun?.keys() }),
    requestsMax:
      afterRequests && Math.max(1, Math.floor((afterRequests - requestsBefore) / clients)),
    synthesiseHistory: false,
  });
}

/** Each draws for itself, as vLLM's do from random.seed and numpy.random.seed with the run's seed, its number and 1. */
function habitsOf(scenario: Scenario, { choice }: Settings, client: number): ClientHabits {
  const seed = (numpySeed(scenario.seed) + client + 1) % 2 ** 32;
  const python = choice === 'random' ? new PythonRandom(seed) : undefined;
  return {
    choose: python && ((count) => python.choice(count)),
    restMs: paceOf(scenario, new RandomState(seed).uniform).restMs,
  };
}
