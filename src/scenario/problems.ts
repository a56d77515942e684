import type { z } from 'zod';
import { found, isObject } from '../base/json.ts';
import { isSecret, REDACTED, redacted } from '../base/secret.ts';
import { didYouMean, nearest } from '../base/suggest.ts';
import { timeExpected } from './durations.ts';
import { allFields, documentOf, fieldsAt, type JsonSchema, memberAt } from './fields.ts';
import { at } from './paths.ts';
import { renamedText } from './renamed.ts';

type Issue = z.core.$ZodIssue;

/**
 * What is wrong, one line an issue: path, what was found, what is accepted. The error is one of parsing `input`
 * with `reportInput`; the schema tells which fields there are.
 */
export function problemsOf(error: z.ZodError, schema: z.ZodType, input: unknown): string[] {
  const document = documentOf(schema);
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
    return issue.keys.map((key) => {
      const name = [...path, key].join('.');
      return (
        renamedText(name, at([key], issue.input)) ?? unknownText(path, key, issue.input, document)
      );
    });
  }
  const where = path.join('.') || 'top level';
  const was = issue.code === 'invalid_value' && renamedText(where, issue.input);
  if (was) return [was];
  if (issue.code === 'invalid_type' && issue.input === undefined) {
    return [`${where}: missing; expected ${issue.expected}`];
  }
  const value = foundBy(issue);
  const what = value === undefined ? '' : `${found(shownAt(path, value))}; `;
  return [`${where}: ${what}${acceptedText(issue, path)}`];
}

function acceptedText(issue: Issue, path: readonly PropertyKey[]): string {
  const time = timeExpected(path);
  const isTime = time !== undefined && typeof issue.input === 'string';
  const message = issue.message.replace(/^Invalid input: /, '');
  if (isTime && /^expected number|^Invalid input$/.test(message)) return `expected ${time}`;
  const value = foundBy(issue);
  return typeof value === 'string' ? message + didYouMean(nearest(value, namesIn(issue))) : message;
}

/** A union that is told apart by one field reports the whole object at the path of that field. */
function foundBy(issue: Issue): unknown {
  const isOfOneField = issue.code === 'invalid_union' && issue.errors.length === 0;
  return isOfOneField ? at(issue.path.slice(-1), issue.input) : issue.input;
}

/** The names that are accepted, where it is names; those of a union stand in its message alone. */
function namesIn(issue: Issue): string[] {
  if (issue.code === 'invalid_value') return issue.values.map(String);
  if (issue.code !== 'invalid_union') return [];
  return [...issue.message.matchAll(/'([^']+)'/g)].map(([, name]) => name!);
}

/** A field with a slip in it, or a field of another section. */
function unknownText(
  path: readonly PropertyKey[],
  key: string,
  input: unknown,
  document: JsonSchema,
): string {
  const prefix = path.map((part) => `${String(part)}.`).join('');
  const member = isObject(input) ? memberAt(path, input, document) : undefined;
  const accepted = member?.fields ?? fieldsAt(path, document);
  if (member && fieldsAt(path, document).includes(key)) {
    return `${prefix}${key}: not with ${member.tag}: ${String(member.is)}; accepted with it: ${accepted.join(', ')}`;
  }
  const near = nearest(key, accepted).map((name) => prefix + name);
  const meant = near.length ? near : elsewhere(key, document);
  return `${prefix}${key}: unknown field${didYouMean(meant)}; accepted here: ${accepted.join(', ')}`;
}

/** Of the same name in other sections; else of one like it. */
function elsewhere(key: string, document: JsonSchema): string[] {
  const paths = [...allFields(document).keys()];
  const same = paths.filter((path) => path.endsWith(`.${key}`));
  return same.length ? same : paths.filter(endsIn(key));
}

/** So far from where it was written a short name has to be the same. */
const SHORT_CHARACTERS = 4;

function endsIn(key: string): (path: string) => boolean {
  return (path) => {
    const name = path.slice(path.lastIndexOf('.') + 1);
    return key.length > SHORT_CHARACTERS ? nearest(key, [name]).length > 0 : name === key;
  };
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
