import { errorText, UsageError } from '../base/errors.ts';
import { found, isObject, parsedJson } from '../base/json.ts';
import { elsewhere } from '../base/known-formats.ts';
import { readText } from '../base/read-text.ts';
import { withDurations, withDurationTexts } from './durations.ts';
import { documentOf } from './fields.ts';
import { withFilePaths } from './file-paths.ts';
import { nestingProblem } from './nesting.ts';
import { type Override, withOverrides } from './overrides.ts';
import { problemsOf } from './problems.ts';
import { type Scenario, scenarioSchema } from './schema.ts';
import { refuseRedacted } from './secrets.ts';
import { type Environment, parsedWithVariables } from './variables.ts';

/**
 * What a scenario file (YAML or JSON) says, unchecked: with the variables of `env` where it names them, and the files
 * that it names as they are seen from the current folder.
 */
export function readScenario(file: string, env: Environment): unknown {
  return withFilePaths(readYaml(file, env), file);
}

/** @throws UsageError with every problem found. */
export function parseOverridden(
  input: unknown,
  overrides: readonly Override[],
  source: string,
): Scenario {
  const scenario = parseScenario(withOverrides(input, overrides), source);
  refuseRedacted(scenario, source);
  return scenario;
}

/** Checks a scenario and fills in the defaults. `source` heads the error message. */
export function parseScenario(input: unknown, source = 'scenario'): Scenario {
  const timed = withDurations(input ?? {});
  const result = scenarioSchema.safeParse(timed, { reportInput: true });
  if (!result.success) {
    throw new UsageError(problemsOf(result.error, scenarioSchema, timed), source);
  }
  return result.data;
}

/** JSON Schema of the scenario file, for editors. */
export function scenarioJsonSchema(): unknown {
  return withDurationTexts(documentOf(scenarioSchema));
}

function readYaml(file: string, env: Environment): unknown {
  const value = parsedYaml(readText(file, { what: 'scenario' }), env, file);
  const other = elsewhere(value, 'scenario');
  if (other) throw new UsageError(`${file}: found no scenario; ${other}`);
  if (isObject(value)) return value;
  throw new UsageError(`${file}: ${found(value)}; expected a scenario: fields with their values`);
}

function parsedYaml(text: string, env: Environment, file: string): unknown {
  const problem = nestingProblem(text);
  if (problem !== undefined) throw new UsageError(`${file}: ${problem}; expected a scenario`);
  try {
    return parsedWithVariables(text, env, file) ?? {};
  } catch (error) {
    if (error instanceof UsageError) throw error;
    // Where a file has one JSON document a line, YAML sees the end of one and then something else.
    const other = elsewhere(parsedJson(text.split('\n', 1)[0]!), 'scenario');
    throw new UsageError(
      other
        ? `${file}: found no scenario; ${other}`
        : `${file}: not YAML: ${errorText(error).split('\n')[0]}`,
    );
  }
}
