import { createHash } from 'node:crypto';
import { isObject } from '../base/json.ts';
import { version } from '../base/version.ts';
import { OWN_FIELDS } from '../report/one-run.ts';
import type { Scenario } from '../scenario/schema.ts';

/** Of what ranks must have in common to be one run: the scenario but for what is each one's own, and what is said. */
export function digestOfRun(scenario: Scenario, workloadDigest: string): string {
  const { partition } = scenario.population;
  const text = JSON.stringify([version(), partition?.of, shared(scenario), workloadDigest]);
  return createHash('sha256').update(text).digest('hex');
}

function shared(value: unknown, path = ''): unknown {
  if (OWN_FIELDS.has(path)) return undefined;
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, shared(value[name], path ? `${path}.${name}` : name)]),
  );
}
