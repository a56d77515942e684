import { readFileSync } from 'node:fs';
import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';
import { errorText, UsageError } from '../base/errors.ts';
import { withValue } from './paths.ts';
import { problemsOf } from './problems.ts';
import { type Scenario, scenarioSchema } from './schema.ts';

/**
 * Reads a scenario file (YAML or JSON), applies `--set path=value` overrides, and checks the result.
 * @throws UsageError with every problem found.
 */
export function loadScenario(file: string, overrides: readonly string[] = []): Scenario {
  return parseOverridden(readYaml(file), overrides, file);
}

export function parseOverridden(
  input: unknown,
  overrides: readonly string[],
  source: string,
): Scenario {
  return parseScenario(withOverrides(input, overrides), source);
}

/** Checks a scenario and fills in the defaults. `source` heads the error message. */
export function parseScenario(input: unknown, source = 'scenario'): Scenario {
  const result = scenarioSchema.safeParse(input ?? {}, { reportInput: true });
  if (!result.success)
    throw new UsageError(problemsOf(result.error, scenarioSchema, input), source);
  return result.data;
}

/** JSON Schema of the scenario file, for editors. */
export function scenarioJsonSchema(): unknown {
  return z.toJSONSchema(scenarioSchema, { io: 'input' });
}

function readYaml(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read scenario ${file}: ${errorText(error)}`);
  }
  try {
    return parse(text) ?? {};
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    throw new UsageError(`${file}: not YAML: ${error.message.split('\n')[0]}`);
  }
}

function withOverrides(scenario: unknown, overrides: readonly string[]): unknown {
  for (const override of overrides) {
    const equals = override.indexOf('=');
    if (equals < 1) {
      throw new UsageError(`--set: found '${override}'; expected path=value, as in seed=7`);
    }
    scenario = withValue(
      scenario,
      override.slice(0, equals).split('.'),
      yamlValue(override, equals),
    );
  }
  return scenario;
}

function yamlValue(override: string, equals: number): unknown {
  try {
    return parse(override.slice(equals + 1));
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    const [reason] = error.message.split('\n');
    throw new UsageError(`--set: found '${override}'; the value is not YAML: ${reason}`);
  }
}
