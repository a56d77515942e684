import { UsageError } from '../../../base/errors.ts';
import { found, isObject, notJson, parsedJson } from '../../../base/json.ts';
import { readText } from '../../../base/read-text.ts';

/** A whole number from the first to the second, each as often. */
export type Range = readonly [least: number, most: number];

/** Sessions of an agent that plans, calls tools side by side, and goes on from what they say. */
export interface AgentConfig {
  readonly sessions: number;
  readonly sessionsPerSec: number;
  readonly turns: Range;
  readonly parallelTools: Range;
  readonly toolMs: Range;
  readonly modelMs: Range;
  readonly thinkMs: Range;
  /** That a call of a tool fails and is made again. */
  readonly retryProbability: number;
  readonly maxToolRetries: number;
  readonly initialPromptTokens: Range;
  readonly contextGrowthTokens: Range;
  readonly toolResultTokens: Range;
  readonly outputTokens: Range;
  readonly seed: string | number;
}

type Reader = (value: unknown) => unknown;

/** One row a key of the file: what it sets, what is read there, and what it is where it is missing. */
const KEYS = {
  num_sessions: { of: 'sessions', read: whole(1), default: 10 },
  session_arrival_rate_rps: { of: 'sessionsPerSec', read: above0, default: 1 },
  turns_per_session: { of: 'turns', read: range(1), default: 3 },
  parallel_tools: { of: 'parallelTools', read: range(1), default: 2 },
  tool_latency_ms: { of: 'toolMs', read: range(0), default: [100, 500] },
  model_latency_ms: { of: 'modelMs', read: range(0), default: [50, 150] },
  think_time_ms: { of: 'thinkMs', read: range(0), default: [0, 1000] },
  retry_probability: { of: 'retryProbability', read: share, default: 0 },
  max_tool_retries: { of: 'maxToolRetries', read: whole(0), default: 1 },
  initial_prompt_tokens: { of: 'initialPromptTokens', read: range(1), default: 256 },
  context_growth_tokens: { of: 'contextGrowthTokens', read: range(0), default: 128 },
  tool_result_tokens: { of: 'toolResultTokens', read: range(0), default: 64 },
  output_tokens: { of: 'outputTokens', read: range(1), default: 64 },
  seed: { of: 'seed', read: seed, default: 0 },
} as const satisfies Record<
  string,
  { of: keyof AgentConfig; read: Reader; default: number | readonly number[] }
>;

/**
 * The configuration in a JSON file, and what AIBrix has where it says nothing; without a file all of that.
 * @throws UsageError naming file, key, what was found and what was expected.
 */
export function readAgentConfig(file: string | undefined): AgentConfig {
  const given = file === undefined ? {} : objectIn(file);
  const problems: string[] = [];
  const unknown = Object.keys(given).filter((key) => !Object.hasOwn(KEYS, key));
  if (unknown.length) {
    problems.push(`found ${unknown.join(', ')}; expected ${Object.keys(KEYS).join(', ')}`);
  }
  const settings = Object.entries(KEYS).map(([key, { of, read, default: usual }]) => {
    const value = given[key] === undefined ? usual : given[key];
    try {
      return [of, read(value)];
    } catch (error) {
      problems.push(`${key}: ${found(value)}; expected ${(error as Error).message}`);
      return [of, undefined];
    }
  });
  if (problems.length) throw new UsageError(problems.map((problem) => `${file}: ${problem}`));
  return Object.fromEntries(settings) as unknown as AgentConfig;
}

function objectIn(file: string): Record<string, unknown> {
  const text = readText(file, { what: 'configuration of agents' });
  const value = parsedJson(text);
  if (value === undefined) throw new UsageError(`${file}: ${notJson(text)}`);
  if (isObject(value)) return value;
  throw new UsageError(`${file}: ${found(value)}; expected an object`);
}

function whole(least: number): Reader {
  return (value) =>
    isWhole(value, least) ? value : refused(`a whole number of at least ${least}`);
}

function range(least: number): Reader {
  return (value) => {
    const [from, to] = Array.isArray(value) ? value : [value, value];
    const isOne = !Array.isArray(value) || value.length === 2;
    if (isOne && isWhole(from, least) && isWhole(to, least) && from <= to) return [from, to];
    return refused(`a whole number of at least ${least}, or [least, most]`);
  };
}

function above0(value: unknown): number {
  if (typeof value === 'number' && value > 0 && value < Infinity) return value;
  return refused('a number above 0');
}

function share(value: unknown): number {
  if (typeof value === 'number' && value >= 0 && value <= 1) return value;
  return refused('a share from 0 to 1');
}

function seed(value: unknown): string | number {
  if (typeof value === 'string' || Number.isSafeInteger(value)) return value as string | number;
  return refused('a whole number or a text');
}

function isWhole(value: unknown, least: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= least;
}

/** Told to who reads the file, who knows the key. */
function refused(expected: string): never {
  throw new Error(expected);
}
