import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';
import { UsageError } from '../base/errors.ts';
import { readText } from '../base/read-text.ts';
import { type Override, withOverrides } from './overrides.ts';
import { problemsOf } from './problems.ts';
import { type Scenario, scenarioSchema } from './schema.ts';

/**
 * Reads a scenario file (YAML or JSON), applies the overrides, and checks the result.
 * @throws UsageError with every problem found.
 */
export function loadScenario(file: string, overrides: readonly Override[] = []): Scenario {
  return parseOverridden(readYaml(file), overrides, file);
}

export function parseOverridden(
  input: unknown,
  overrides: readonly Override[],
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
  const text = readText(file, { what: 'scenario' });
  try {
    return parse(text) ?? {};
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    throw new UsageError(`${file}: not YAML: ${error.message.split('\n')[0]}`);
  }
}
