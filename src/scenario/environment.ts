import { parse } from 'yaml';
import { errorText, UsageError } from '../base/errors.ts';
import { didYouMean, nearest } from '../base/suggest.ts';
import { allFields, documentOf } from './fields.ts';
import type { Setting } from './overrides.ts';
import { scenarioSchema } from './schema.ts';
import type { Environment } from './variables.ts';

const PREFIX = 'CONFAB_';
/** What Kubernetes puts into every container for a service whose name begins with confab. */
const OF_KUBERNETES =
  /_SERVICE_(HOST|PORT)(_\w+)?$|_PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?$/;

/** The variable that sets a field: `CONFAB_POPULATION_ARRIVALS_USERS_PER_SEC`. */
export function variableOf(path: string): string {
  const words = path.replaceAll('.', '_').replace(/([a-z0-9])([A-Z])/g, '$1_$2');
  return PREFIX + words.toUpperCase();
}

/**
 * The fields that variables of the environment set, whole sections before what is in them. A value is YAML, as with
 * --set, but for fields that take nothing but a text; an empty one is none.
 * @throws UsageError for names that begin so and are no field, and for values that are not YAML; values are not shown.
 */
export function environmentSettings(env: Environment): Setting[] {
  const given = Object.entries(env).filter(
    ([name, value]) => name.startsWith(PREFIX) && value && !OF_KUBERNETES.test(name),
  );
  if (!given.length) return [];
  const fields = [...allFields(documentOf(scenarioSchema))];
  const byVariable = new Map(
    fields.map(([path, { isText }]) => [variableOf(path), { path: path.split('.'), isText }]),
  );
  const problems: string[] = [];
  const settings = given.flatMap(([name, text = '']) => {
    const field = byVariable.get(name);
    if (!field) {
      problems.push(
        unknownText(
          name.slice(PREFIX.length),
          fields.map(([path]) => path),
        ),
      );
      return [];
    }
    try {
      return [{ path: field.path, value: field.isText ? text : parse(text) }];
    } catch (error) {
      problems.push(`${name}: the value is not YAML: ${errorText(error).split('\n')[0]}`);
      return [];
    }
  });
  if (problems.length) throw new UsageError(problems, 'environment');
  return settings.sort((a, b) => a.path.length - b.path.length);
}

/** Whose whole path it nearly is, or the end of it. */
function unknownText(rest: string, paths: readonly string[]): string {
  const variables = paths.map(variableOf);
  const near = nearest(
    rest,
    variables.map((name) => name.slice(PREFIX.length)),
  );
  const isEnd = (path: string) => nearest(rest, [path.slice(path.lastIndexOf('.') + 1)]).length > 0;
  const meant = near.length
    ? near.map((name) => PREFIX + name)
    : paths.filter(isEnd).map(variableOf);
  const name = PREFIX + rest;
  return `${name}: no field of a scenario${didYouMean(meant)}; expected its path in capitals, as ${variableOf('population.users')} for population.users`;
}
