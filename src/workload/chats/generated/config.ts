import { UsageError } from '../../../base/errors.ts';
import { found, isObject, parsedJson } from '../../../base/json.ts';
import { jsonValues } from '../../files/json-values.ts';
import { type CountDistribution, parseDistribution } from './distribution.ts';

/** What vLLM's multi-turn benchmark makes conversations of (`filetype: generate_conversations`). */
export interface GeneratorConfig {
  readonly conversations: number;
  /** As written: relative to the working folder, or else to the configuration. */
  readonly textFiles: readonly string[];
  readonly printStats: boolean;
  /** Messages of a conversation. */
  readonly turns: CountDistribution;
  readonly commonPrefixTokens: CountDistribution;
  readonly prefixTokens: CountDistribution;
  readonly inputTokens: CountDistribution;
  readonly outputTokens: CountDistribution;
}

const FILETYPE = 'generate_conversations';

/** The configuration in this file, not yet checked; undefined if the file has conversations. */
export async function findGeneratorConfig(file: string): Promise<unknown> {
  for await (const { bytes } of jsonValues(file)) {
    const value = parsedJson(bytes);
    return isObject(value) && 'filetype' in value && !('messages' in value) ? value : undefined;
  }
  return undefined;
}

/**
 * Checks a configuration; fields that it does not know are left alone.
 * @throws UsageError with every problem, each with its section and field.
 */
export function parseGeneratorConfig(value: unknown, file: string): GeneratorConfig {
  const config: Record<string, unknown> = isObject(value) ? value : {};
  const problems: string[] = [];
  const check = (field: string, holds: boolean, accepted: string): void => {
    if (!holds) problems.push(`${field}: ${found(config[field])}; expected ${accepted}`);
  };
  const { num_conversations: conversations, text_files: textFiles, print_stats: stats } = config;
  check('filetype', config['filetype'] === FILETYPE, `"${FILETYPE}"`);
  check('num_conversations', isPositiveInteger(conversations), 'a whole number > 0');
  check('text_files', isNames(textFiles), 'a list of one or more paths');
  check('print_stats', stats === undefined || typeof stats === 'boolean', 'true or false');

  const distribution = (section: string, field: string, fallback?: CountDistribution) => {
    const fields = config[section];
    const given = isObject(fields) ? fields[field] : undefined;
    const where = `${section}.${field}`;
    if (given === undefined && fallback) return fallback;
    if (isObject(given)) return parseDistribution(given, (text) => problems.push(where + text));
    problems.push(`${where}: ${found(given)}; expected a distribution, as in ${EXAMPLE}`);
    return undefined;
  };
  const input = 'prompt_input';
  const parsed = {
    conversations,
    textFiles,
    printStats: stats ?? false,
    turns: distribution(input, 'num_turns'),
    commonPrefixTokens: distribution(input, 'common_prefix_num_tokens', NONE),
    prefixTokens: distribution(input, 'prefix_num_tokens'),
    inputTokens: distribution(input, 'num_tokens'),
    outputTokens: distribution('prompt_output', 'num_tokens'),
  };
  if (problems.length) throw new UsageError(problems, file);
  return parsed as GeneratorConfig;
}

const NONE: CountDistribution = { name: 'constant', value: 0 };
const EXAMPLE = '{"distribution": "uniform", "min": 12, "max": 18}';

function isPositiveInteger(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) > 0;
}

function isNames(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string');
}
