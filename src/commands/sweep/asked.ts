import { UsageError } from '../../base/errors.ts';
import { isObject } from '../../base/json.ts';
import type { Isolation } from '../../run/isolation.ts';
import { parseScenario } from '../../scenario/load.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { refuseRedacted, withoutSecrets } from '../../scenario/secrets.ts';
import type { Axis } from '../../sweep/axis.ts';
import type { ServerSettings } from '../../sweep/server.ts';
import type { KnobName } from './knobs.ts';

/** What is to be swept or searched for: plain data, kept in the sweep's folder, so that it can be gone on with. */
export interface Asked {
  readonly scenario: Scenario;
  readonly isSimulated: boolean;
  /** Of a grid; empty: a bound is searched for. */
  readonly axes: readonly Axis[];
  readonly repeats: number;
  readonly search?: AskedSearch;
  /** Names of the numbers to print. */
  readonly columns: readonly string[];
  readonly server?: ServerSettings;
  /** One cache for all runs, and the same users in each: what one leaves there, the next may find. */
  readonly keepsCache?: boolean;
  /** How its runs are kept from finding each other in the server's cache. */
  readonly isolate?: Isolation;
}

export interface AskedSearch {
  readonly name: KnobName;
  readonly start: number;
  readonly min: number;
  readonly max: number;
  readonly precision: number;
  readonly repeatsMax: number;
  readonly runsMax: number;
}

/** As it may be written down. */
export function keptOf(asked: Asked): Readonly<Record<string, unknown>> {
  return { ...asked, scenario: withoutSecrets(asked.scenario) };
}

/** What was written down. @throws UsageError for what this confab cannot go on with. */
export function askedIn(kept: Readonly<Record<string, unknown>>, dir: string): Asked {
  const { scenario } = kept;
  if (!isObject(scenario) || !Array.isArray(kept['axes'])) {
    throw new UsageError(`${dir}: sweep.ndjson: line 1: asked: expected a scenario and axes`);
  }
  const parsed = parseScenario(scenario, `${dir}: sweep.ndjson`);
  refuseRedacted(parsed, dir);
  return { ...(kept as unknown as Asked), scenario: parsed };
}
