import { isSecret, REDACTED } from '../base/secret.ts';
import type { Scenario } from '../scenario/schema.ts';

/** The scenario as it may be written down: values of headers that look like secrets are left out. */
export function withoutSecrets<S extends Pick<Scenario, 'target'>>(scenario: S): S {
  const headers = Object.fromEntries(
    Object.entries(scenario.target.headers).map(([name, value]) => [
      name,
      isSecret(name) ? REDACTED : value,
    ]),
  );
  return { ...scenario, target: { ...scenario.target, headers } };
}
