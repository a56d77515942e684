import { parse } from 'yaml';
import { errorText, UsageError } from '../../base/errors.ts';
import { found, isObject } from '../../base/json.ts';
import { readText } from '../../base/read-text.ts';
import { nestingProblem } from '../../scenario/nesting.ts';
import { withOverrides } from '../../scenario/overrides.ts';
import { withTexts } from '../../scenario/paths.ts';

/** A configuration of AIBrix's benchmark.py, with every `${name}` of it that stands for something replaced. */
export type Config = Readonly<Record<string, unknown>>;

/**
 * Reads a configuration. Variables of the environment are put in where it has them, then `overrides` (`a.b=c`, the
 * value as YAML), then keys of the configuration itself: `${name}`, or `${a.b}`, at any depth and through any
 * number of others. What stands for nothing stays as it is; who needs it says so.
 * @throws UsageError for a file that is no such configuration, and for keys that stand for each other.
 */
export function readConfig(
  file: string,
  overrides: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Config {
  const text = withEnvironment(readText(file, { what: 'configuration' }), env);
  const config = withOverrides(parsed(text, file), overrides);
  return withTexts(config, (value, path) => substituted(value, config, [path.join('.')])) as Config;
}

function parsed(text: string, file: string): Config {
  const problem = nestingProblem(text);
  if (problem !== undefined) throw new UsageError(`${file}: ${problem}; expected a configuration`);
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw new UsageError(`${file}: not YAML: ${errorText(error).split('\n')[0]}`);
  }
  if (isObject(value)) return value;
  throw new UsageError(`${file}: ${found(value)}; expected keys with their values`);
}

/** `$NAME` and `${NAME}` of what the environment has. */
function withEnvironment(text: string, env: Readonly<Record<string, string | undefined>>): string {
  return text.replace(
    /\$(?:\{(\w+)\}|(\w+))/g,
    (whole, braced, bare) => env[braced ?? bare] ?? whole,
  );
}

const NAME = /\$\{([\w.-]+)\}/g;

function substituted(text: string, config: Config, through: readonly string[]): string {
  return text.replace(NAME, (whole, name: string) => {
    if (through.includes(name)) {
      throw new UsageError(
        `${name}: found ${[...through.slice(through.indexOf(name)), name].join(' -> ')}; expected keys that do not stand for themselves`,
      );
    }
    const value = valueAt(config, name);
    if (typeof value === 'string') return substituted(value, config, [...through, name]);
    return typeof value === 'number' || typeof value === 'boolean' ? String(value) : whole;
  });
}

/** What is at a dotted path; undefined: nothing. */
export function valueAt(config: Config, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (at, key) => (isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined),
      config,
    );
}

/** Every key that can be overridden, with what it is now. */
export function keysOf(config: Config, before = ''): [key: string, value: unknown][] {
  return Object.entries(config).flatMap(([key, value]): [string, unknown][] =>
    isObject(value) ? keysOf(value, `${before}${key}.`) : [[before + key, value]],
  );
}
