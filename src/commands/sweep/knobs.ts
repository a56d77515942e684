import { UsageError } from '../../base/errors.ts';
import type { Override, Setting } from '../../scenario/overrides.ts';
import { at } from '../../scenario/paths.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { sessionsScenario } from '../../sessions/points.ts';
import { valueText } from '../../sweep/axis.ts';
import type { Coordinate, Meaning } from '../../sweep/points.ts';
import { concurrency, requestsPerSec, usersPerSec } from '../flags/load-changes.ts';

export type KnobName = 'rate' | 'usersPerSec' | 'users' | 'sessions';

interface Knob {
  readonly says: string;
  readonly isWhole?: true;
  /** Where a search begins, if the scenario says something of it. */
  readonly start: (scenario: Scenario) => number | undefined;
  /** Beyond it there is no such load in this scenario. */
  readonly most?: (scenario: Scenario) => number | undefined;
  readonly changes: (value: number, scenario: Scenario) => Override | Promise<Override>;
}

/** Loads that have a name, as they change more than one field. */
export const KNOBS: Readonly<Record<KnobName, Knob>> = {
  rate: {
    says: 'requests per second over all users, as --qps',
    start: () => undefined,
    changes: (value) => requestsPerSec(value),
  },
  usersPerSec: {
    says: 'new conversations per second, as --users-per-sec',
    start: arrivalsField('usersPerSec'),
    changes: (value) => usersPerSec(value),
  },
  users: {
    says: 'conversations at all times, a closed loop, as --concurrency',
    isWhole: true,
    start: arrivalsField('concurrency'),
    // With fewer conversations than twice as many, there is nothing but the burst of the start.
    most: ({ population: { users } }) => users && Math.max(1, Math.floor(users / 2)),
    changes: (value) => concurrency(value),
  },
  sessions: {
    says: "sessions that go round for the scenario's population.maxInFlight slots (default 1), as `confab sessions`",
    isWhole: true,
    start: () => undefined,
    changes:
      (value, { population }) =>
      (scenario) =>
        sessionsScenario(scenario as Scenario, {
          groups: population.maxInFlight ?? 1,
          users: value,
          firstUserId: population.firstUserId,
          gapSec: 0,
        }),
  },
};

/** Of processes that have it. */
function arrivalsField(name: string) {
  return (scenario: Scenario): number | undefined => {
    const value = at(['population', 'arrivals', name], scenario);
    return typeof value === 'number' ? value : undefined;
  };
}

/** A name that is only told to the server's start command; the engine that is built in takes it for its policy. */
export const LABEL = 'label';

/** What the names of axes mean in this scenario. */
export function meaningIn(scenario: Scenario, hasOwnEngine: boolean): Meaning {
  return (coordinate) => {
    const { name, value } = coordinate;
    if (name === LABEL) {
      return hasOwnEngine ? asPolicy(value) : [];
    }
    if (!Object.hasOwn(KNOBS, name)) return undefined;
    const knob = KNOBS[name as KnobName];
    return knob.changes(numberIn(coordinate, knob), scenario) as Override;
  };
}

/** Engines that do not go by priorities refuse requests that have one. */
function asPolicy(value: unknown): Setting[] {
  const isByPriority = String(value).includes('priority');
  return [
    { path: ['engine', 'policy'], value },
    ...(isByPriority ? [] : [{ path: ['sampling', 'priority'], value: undefined }]),
  ];
}

function numberIn({ name, value }: Coordinate, { isWhole, says }: Knob): number {
  const isFine = typeof value === 'number' && value > 0 && (!isWhole || Number.isInteger(value));
  if (isFine) return value;
  throw new UsageError(
    `--over: ${name}: found ${valueText(value)}; expected ${isWhole ? 'a whole number' : 'a number'} above 0: ${says}`,
  );
}
