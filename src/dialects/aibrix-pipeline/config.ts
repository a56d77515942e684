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
export function readConfig(file: string, overrides: readonly string[], env: Environment): Config {
  const text = withEnvironment(readText(file, { what: 'configuration' }), env);
  const config = withOverrides(parsed(text, file), overrides);
  const whole = withTexts(config, (value, path) => substituted(value, config, [path.join('.')]));
  // What stands for another key has been asked for.
  asked.set(whole as Config, asked.get(config) ?? new Set());
  return whole as Config;
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

/** Keys of overrides that the file does not have. @throws UsageError as `readConfig` does. */
export function addedKeys(file: string, overrides: readonly string[], env: Environment): string[] {
  const text = withEnvironment(readText(file, { what: 'configuration' }), env);
  const config = parsed(text, file);
  return overrides
    .map((override) => override.slice(0, override.indexOf('=')))
    .filter((key) => valueAt(config, key) === undefined);
}

type Environment = Readonly<Record<string, string | undefined>>;

/** `$NAME` and `${NAME}` of what the environment has. */
function withEnvironment(text: string, env: Environment): string {
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

const asked = new WeakMap<Config, Set<string>>();

/** Whether anybody has asked for what is at a path, or for something in it. */
export function isAsked(config: Config, path: string): boolean {
  return [...(asked.get(config) ?? [])].some((one) => one === path || one.startsWith(`${path}.`));
}

/** What is at a dotted path; undefined: nothing. */
export function valueAt(config: Config, path: string): unknown {
  asked.set(config, (asked.get(config) ?? new Set()).add(path));
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
