import { z } from 'zod';
import { found, isObject } from '../base/json.ts';
import { isSecret, REDACTED, redacted } from '../base/secret.ts';
import { at } from './paths.ts';
import { renamedText } from './renamed.ts';

type Issue = z.core.$ZodIssue;

/**
 * What is wrong, one line an issue: path, what was found, what is accepted. The error is one of parsing `input`
 * with `reportInput`; the schema tells which fields there are.
 */
export function problemsOf(error: z.ZodError, schema: z.ZodType, input: unknown): string[] {
  const document = z.toJSONSchema(schema, { io: 'input' }) as JsonSchema;
  return error.issues.flatMap((issue) =>
    // A check of several fields reports the object that holds them; the field at its path says more.
    problems(
      issue.code === 'custom' ? { ...issue, input: at(issue.path, input) } : issue,
      document,
    ),
  );
}

/** A union's issues are those of its nearest member. */
function problems(
  issue: Issue,
  document: JsonSchema,
  prefix: readonly PropertyKey[] = [],
): string[] {
  const path = [...prefix, ...issue.path];
  if (issue.code === 'invalid_union' && issue.errors.length) {
    const nearest = issue.errors.filter(
      (issues) => !issues.some((one) => one.code === 'invalid_type' && one.path.length === 0),
    );
    if (nearest.length === 1) return nearest[0]!.flatMap((one) => problems(one, document, path));
  }
  if (issue.code === 'unrecognized_keys') {
    const accepted = fieldsAt(path, document).join(', ');
    return issue.keys.map((key) => {
      const name = [...path, key].join('.');
      return (
        renamedText(name, at([key], issue.input)) ??
        `${name}: unknown field; accepted here: ${accepted}`
      );
    });
  }
  const where = path.join('.') || 'top level';
  const was = issue.code === 'invalid_value' && renamedText(where, issue.input);
  if (was) return [was];
  if (issue.code === 'invalid_type' && issue.input === undefined) {
    return [`${where}: missing; expected ${issue.expected}`];
  }
  const what =
    'input' in issue && issue.input !== undefined ? `${found(shownAt(path, issue.input))}; ` : '';
  return [`${where}: ${what}${issue.message.replace(/^Invalid input: /, '')}`];
}

/** What is wrong in a header or beside one is most likely a key. */
function shownAt(path: readonly PropertyKey[], input: unknown): unknown {
  if (path[0] !== 'target') return redacted(input);
  const names = path.map(String);
  const isHidden =
    names[1] === 'headers' || names.some((name) => isSecret(name) && !PLAIN.has(name));
  return isHidden && input !== null ? redacted(hiddenTexts(input)) : redacted(input);
}

/** Fields of the target that are named after keys and tokens, and hold none. */
const PLAIN: ReadonlySet<string> = new Set(['maxTokensField', 'apiKeyHeader', 'cookies']);

/** Numbers are no keys, and a list of headers is known by its names. */
function hiddenTexts(input: unknown): unknown {
  if (typeof input === 'string') return REDACTED;
  if (Array.isArray(input)) return input.map(hiddenTexts);
  if (!isObject(input)) return input;
  return Object.fromEntries(Object.keys(input).map((name) => [name, REDACTED]));
}

interface JsonSchema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

/** Names of the fields that the object at this path may have; of a union, those of all its members. */
function fieldsAt(path: readonly PropertyKey[], document: JsonSchema): string[] {
  let nodes = [document];
  const named = ({ $ref }: JsonSchema) => document.$defs?.[$ref?.split('/').at(-1) ?? ''];
  const members = (node: JsonSchema): JsonSchema[] => [
    named(node) ?? node,
    ...[...(node.anyOf ?? []), ...(node.oneOf ?? [])].flatMap(members),
  ];
  for (const key of path) {
    nodes = nodes.flatMap(members).flatMap(({ properties }) => properties?.[String(key)] ?? []);
  }
  const names = nodes.flatMap(members).flatMap(({ properties = {} }) => Object.keys(properties));
  return [...new Set(names)];
}
