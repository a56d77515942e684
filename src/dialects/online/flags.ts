import { InvalidArgumentError } from 'commander';
import type { Flag } from '../../commands/flags/flag-table.ts';
import { FLAGS, outputFlags, screenFlags, watchFlags } from '../../commands/flags/flags.ts';
import { hostAndPort } from '../../commands/flags/host-and-port.ts';
import { ISOLATE, type IsolateFlags } from '../../commands/flags/isolate-flag.ts';
import { integer, number } from '../../commands/flags/options.ts';
import { dataFile } from '../../commands/scenario/shipped.ts';
import type { VllmMetric } from '../../export/vllm.ts';
import { filterFlags, precedenceFlags, type StudyFlags, serverFlags } from '../priority/flags.ts';
import { SCHEDULE_NAMES, type ScheduleName } from '../priority/schedules.ts';
import {
  type GoodputLimits,
  goodputLimit,
  metadataPair,
  metricNames,
  percentiles,
} from './pairs.ts';

/** The command line of the priority study's online_benchmarking.py, and ours. Beside these, the fields that flags set. */
export interface OnlineFlags extends StudyFlags, IsolateFlags {
  readonly backend: 'vllm' | 'openai' | 'openai-chat';
  readonly baseUrl?: string;
  readonly host: string;
  readonly port: number;
  readonly endpoint: string;
  readonly schedule: ScheduleName;
  readonly datasetPath: string;
  readonly maxConcurrency?: number;
  readonly model?: string;
  readonly tokenizer?: string;
  readonly bestOf: number;
  readonly logprobs?: number;
  readonly numPrompts: number;
  readonly balance?: number;
  readonly maxTokens: number | 'oracle';
  readonly requestRate?: number;
  readonly burstiness: number;
  readonly ignoreEos?: boolean;
  readonly profile?: boolean;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly resultDir: string;
  readonly resultFilename?: string;
  readonly percentileMetrics?: readonly VllmMetric[];
  readonly metricPercentiles?: readonly number[];
  readonly goodput?: GoodputLimits;
}

const upstreamFlags: readonly Flag[] = [
  {
    flags: '--backend <name>',
    says: "the server's API, and the first part of the result's name: vllm and openai send completions, openai-chat a message",
    choices: ['vllm', 'openai', 'openai-chat'],
    default: 'vllm',
  },
  ...hostAndPort(8000),
  {
    flags: '--endpoint <path>',
    says: 'path of the API; default: /v1/completions, and /v1/chat/completions of openai-chat',
  },
  {
    flags: '--schedule <policy>',
    says: "the server's policy, which is recorded; those with priority in their names send each request's expected length as its priority",
    choices: SCHEDULE_NAMES,
    default: 'fcfs',
  },
  {
    flags: '--dataset-path <file>',
    parse: dataFile,
    says: 'queries with the lengths of their answers: input, output_tokens (confab oracle create)',
    isRequired: true,
  },
  {
    flags: '--max-concurrency <n>',
    path: 'population.maxInFlight',
    says: 'most requests in flight; later ones wait',
  },
  FLAGS.model,
  {
    flags: '--tokenizer <spec>',
    path: 'conversation.tokenizer',
    says: "counts prompts for the bounds below, and what the server does not count: 'gpt2', a folder, a tokenizer.json or a model name",
  },
  {
    flags: '--best-of <n>',
    says: 'body field best_of; 1 is not sent, as servers have it so',
    parse: integer(1),
    default: 1,
  },
  {
    flags: '--logprobs <n>',
    says: 'body field logprobs; default: not sent',
    parse: integer(0),
  },
  {
    flags: '--num-prompts <n>',
    says: 'requests: the first rows of the data that are left, in an order of their own',
    parse: integer(1),
    default: 1000,
  },
  {
    flags: '--request-rate <rate>',
    says: 'requests per second; inf, the default: all at once',
    parse: rate,
  },
  {
    flags: '--burstiness <shape>',
    says: 'of the gamma distribution of the gaps: 1 is Poisson, below 1 burstier, above 1 more even',
    parse: number(0),
    default: 1,
  },
  {
    ...FLAGS.seed,
    says: "of order and arrivals, which are Python's and numpy's where it is a whole number",
  },
  { flags: '--trust-remote-code', says: 'taken, and of no use: no code is loaded' },
  { flags: '--disable-tqdm', says: 'the same as --quiet' },
  {
    flags: '--profile',
    says: "POST /start_profile before the run, and /stop_profile after it: vLLM's profiler",
  },
  { flags: '--save-result', says: 'taken: the result is written in any case' },
  {
    flags: '--metadata <key=value...>',
    says: 'fields to put into the result, several behind each other',
    parse: metadataPair,
  },
  { flags: '--result-dir <dir>', says: 'folder of the result', default: '.' },
  {
    flags: '--result-filename <name>',
    says: 'its name; default: {backend}-{rate}qps-{model}-{date}-{time}.json, with -concurrency{n} before the model if there is such a bound',
  },
  { flags: '--output-json <file>', says: 'the result, wherever it is to be' },
  { flags: '--ignore-eos', path: 'sampling.ignoreEos', says: 'send ignore_eos' },
  {
    flags: '--percentile-metrics <names>',
    says: 'which metrics have statistics: ttft, tpot, itl, e2el, with commas between; default: ttft,tpot,itl',
    parse: metricNames,
  },
  {
    flags: '--metric-percentiles <list>',
    says: 'which percentiles they have beside mean, median and standard deviation: 25,50,99.9; default: 99',
    parse: percentiles,
  },
  {
    flags: '--goodput <metric:ms...>',
    says: 'what makes a request a good one: ttft, tpot and e2el of at most so much, all of them',
    parse: goodputLimit,
  },
];

export const onlineFlags: readonly Flag[] = [
  ...upstreamFlags,
  // ours
  ...precedenceFlags,
  {
    flags: '--balance <tokens>',
    says: 'half of the prompts with answers shorter than that, half with longer ones, as far as there are; the script does so with 1024',
    parse: integer(1),
  },
  {
    flags: '--max-tokens <n>',
    says: "longest answer asked for; oracle: each the data's own output_tokens, as the engine that is built in answers in any case",
    parse: maxTokens,
    default: 1024,
  },
  ...filterFlags,
  ...serverFlags,
  FLAGS.drainTimeout,
  ...outputFlags,
  FLAGS.simulate,
  FLAGS.gpu,
  { flags: '--quiet', says: 'no progress on stderr: warnings, errors and the report alone' },
  FLAGS.verbose,
  FLAGS.set,
  FLAGS.printScenario,
  ...watchFlags,
  ISOLATE,
  ...screenFlags,
];

function rate(text: string): number {
  return /^inf(inity)?$/i.test(text.trim()) ? Infinity : number(0)(text);
}

function maxTokens(text: string): number | 'oracle' {
  if (text === 'oracle') return text;
  try {
    return integer(1)(text);
  } catch {
    throw new InvalidArgumentError(`Found '${text}'; expected tokens of at least 1, or oracle.`);
  }
}
