import { readFileSync } from 'node:fs';
import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';
import { errorText, UsageError } from '../base/errors.ts';
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
    throw new UsageError(
      result.error.issues.flatMap((issue) => problems(issue)),
      source,
    );
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
      parse(override.slice(equals + 1)),
    );
  }
  return scenario;
}

function withValue(target: unknown, [key, ...rest]: string[], value: unknown): unknown {
  const object = typeof target === 'object' && target !== null ? target : {};
  const old = (object as Record<string, unknown>)[key!];
  return { ...object, [key!]: rest.length ? withValue(old, rest, value) : value };
}

type Issue = z.core.$ZodIssue;

/** One line an issue: path, what was found, what is accepted. A union's issues are those of its nearest member. */
function problems(issue: Issue, prefix: readonly PropertyKey[] = []): string[] {
  const path = [...prefix, ...issue.path];
  if (issue.code === 'invalid_union' && issue.errors.length) {
    const nearest = issue.errors.filter(
      (issues) => !issues.some((one) => one.code === 'invalid_type' && one.path.length === 0),
    );
    if (nearest.length === 1) return nearest[0]!.flatMap((one) => problems(one, path));
  }
  if (issue.code === 'unrecognized_keys') {
    const accepted = fieldsAt(path).join(', ');
    return issue.keys.map(
      (key) => `${[...path, key].join('.')}: unknown field; accepted here: ${accepted}`,
    );
  }
  const where = path.join('.') || 'top level';
  const found = 'input' in issue && issue.input !== undefined ? `found ${show(issue.input)}; ` : '';
  return [`${where}: ${found}${issue.message.replace(/^Invalid input: /, '')}`];
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

/** Names of the fields that the object at this path may have; of a union, those of all its members. */
function fieldsAt(path: readonly PropertyKey[]): string[] {
  let nodes = [scenarioJsonSchema() as JsonSchema];
  const members = (node: JsonSchema): JsonSchema[] => [
    node,
    ...[...(node.anyOf ?? []), ...(node.oneOf ?? [])].flatMap(members),
  ];
  for (const key of path) {
    nodes = nodes.flatMap(members).flatMap(({ properties }) => properties?.[String(key)] ?? []);
  }
  const names = nodes.flatMap(members).flatMap(({ properties = {} }) => Object.keys(properties));
  return [...new Set(names)];
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
