import { parse } from 'yaml';
import { errorText, UsageError } from '../base/errors.ts';
import { isSecret, REDACTED, withoutCredentials } from '../base/secret.ts';
import { nestingProblem } from './nesting.ts';
import { withValue } from './paths.ts';

/**
 * A field of a scenario and its new value: `path=value` as `--set` has it, where the value is YAML; or in parts. Or a
 * change that depends on what the scenario is.
 */
export type Override = string | Setting | Change;

export type Change = (scenario: unknown) => unknown;

export interface Setting {
  readonly path: readonly string[];
  readonly value: unknown;
}

/**
 * The scenario with these fields set, one after the other; objects on the way to a field are made.
 * @throws UsageError for a text that is not `path=value`.
 */
export function withOverrides<T>(scenario: T, overrides: readonly Override[]): T {
  return overrides.reduce<unknown>((changed, override) => {
    if (typeof override === 'function') return override(changed);
    const { path, value } = typeof override === 'string' ? settingOf(override) : override;
    return withValue(changed, path, value);
  }, scenario) as T;
}

function settingOf(text: string): Setting {
  const equals = text.indexOf('=');
  if (equals < 1) {
    throw new UsageError(
      `--set: found '${withoutCredentials(text)}'; expected path=value, as in seed=7`,
    );
  }
  return { path: text.slice(0, equals).split('.'), value: yamlValue(text, equals) };
}

function yamlValue(text: string, equals: number): unknown {
  const problem = nestingProblem(text.slice(equals + 1));
  if (problem) throw new UsageError(`--set: ${text.slice(0, equals)}: ${problem}`);
  try {
    return parse(text.slice(equals + 1));
  } catch (error) {
    const [reason] = errorText(error).split('\n');
    throw new UsageError(
      `--set: found '${shownSetting(text, equals)}'; the value is not YAML: ${reason}`,
    );
  }
}

function shownSetting(text: string, equals: number): string {
  const path = text.slice(0, equals);
  const isHidden = isSecret(path) || path.startsWith('target.headers');
  return isHidden ? `${path}=${REDACTED}` : withoutCredentials(text);
}
