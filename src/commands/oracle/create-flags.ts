import { UsageError } from '../../base/errors.ts';
import type { ScenarioInput } from '../../scenario/schema.ts';
import type { Flag } from '../flags/flag-table.ts';
import { FLAGS, screenFlags, targetFlags } from '../flags/flags.ts';
import { ISOLATE_BY_SALT, type IsolateFlags } from '../flags/isolate-flag.ts';
import { integer, time } from '../flags/options.ts';
import { targetUrl } from '../scenario/target-url.ts';
import { ascending } from './flags.ts';

export interface CreateFlags extends IsolateFlags {
  readonly url?: string;
  readonly model?: string;
  readonly apiKey?: string;
  readonly output?: string;
  readonly overwrite?: boolean;
  readonly lost?: 'resend' | 'leave-out';
  readonly batchSize: number;
  readonly outputLen: number;
  readonly appendOutput?: boolean;
  readonly bins?: readonly number[];
  readonly limit?: number;
  readonly api: 'completions' | 'chat';
  readonly waitForHealth?: number;
  readonly simulate?: boolean;
  readonly set: readonly string[];
}

const DEFAULT_URL = 'http://localhost:8000';

export const createFlags: readonly Flag[] = [
  {
    ...FLAGS.url,
    says: `base URL; default: what OPENAI_BASE_URL says, else ${DEFAULT_URL}`,
    default: undefined,
  },
  {
    flags: '--output <file>',
    says: "JSON list to write; default: the model's name, with / as _, and _data.json",
  },
  { flags: '--overwrite', says: 'begin anew, whatever is there' },
  {
    flags: '--lost <what>',
    says: 'queries that were under way when an earlier run was killed: send them again, or leave them out; default: they stay open',
    choices: ['resend', 'leave-out'],
  },
  {
    flags: '--batch-size <n>',
    says: 'queries in flight at any time',
    parse: integer(1),
    default: 32,
  },
  {
    flags: '--output-len <tokens>',
    says: 'longest answer asked for (max_tokens)',
    parse: integer(1),
    default: 512,
  },
  { flags: '--append-output', says: 'put the answers in too, as output' },
  {
    flags: '--bins <edges>',
    says: 'also output_tokens_bin: the lower edge of the bin that the length falls in, the first beginning at 0',
    parse: ascending,
  },
  { flags: '--limit <n>', says: 'ask the first n queries only', parse: integer(1) },
  {
    flags: '--api <api>',
    says: 'completions sends the query as it is, as the study does; chat as a message',
    choices: ['completions', 'chat'],
    default: 'completions',
  },
  {
    ...FLAGS.tokenizer,
    says: "counts answers of a server that does not: 'gpt2', a folder, a tokenizer.json or a model name",
  },
  {
    flags: '--wait-for-health <time>',
    says: 'wait so long for GET /health to be answered by 200; default: not at all',
    parse: time('sec', 0),
  },
  ...targetFlags.filter(({ flags }) => !/url|no-stream|cookies|request-id/.test(flags)),
  ISOLATE_BY_SALT,
  FLAGS.simulate,
  FLAGS.gpu,
  FLAGS.set,
  FLAGS.outputDir,
  FLAGS.live,
  ...screenFlags,
];

/** Greedy, and each once: a query whose request fails is tried again. */
export function createScenario(
  { url, simulate, api, batchSize }: CreateFlags,
  file: string,
): ScenarioInput {
  return {
    name: 'oracle',
    target: {
      url: simulate ? 'embedded' : targetUrl(url, DEFAULT_URL),
      api,
      ...(api === 'completions' && { promptForm: 'plain' as const }),
      stream: false,
    },
    sampling: { temperature: 0 },
    conversation: { source: 'prompts', file },
    population: { arrivals: { process: 'closed', concurrency: batchSize, startUp: 'measured' } },
    failure: { policy: 'retry' },
  };
}

export function outputOf({ output, model, simulate }: CreateFlags): string {
  if (output !== undefined) return output;
  if (model !== undefined) return `${model.replaceAll('/', '_')}_data.json`;
  if (simulate) return 'simulated_data.json';
  throw new UsageError('--output: missing; expected a file, or --model to name it by');
}
