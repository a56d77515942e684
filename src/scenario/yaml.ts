import { stringify } from 'yaml';
import type { Scenario, ScenarioInput } from './schema.ts';
import { withoutSecrets } from './secrets.ts';

/**
 * The scenario as it is written, without defaults and without secrets, in YAML. Its fields are in the order of the schema, which is that
 * of `checked`, what checking it gave.
 */
export function scenarioYaml(input: ScenarioInput, checked: Scenario): string {
  return stringify(inOrderOf(checked, withoutSecrets(input)));
}

function inOrderOf(ordered: object, given: object): object {
  const values = given as Readonly<Record<string, unknown>>;
  const fields = Object.entries(ordered)
    .filter(([key]) => values[key] !== undefined)
    .map(([key, value]) => [key, isObject(value) ? inOrderOf(value, values[key]!) : values[key]]);
  return Object.fromEntries(fields);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
