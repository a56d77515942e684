import type { Flag } from '../../commands/flags/flag-table.ts';
import { FLAGS, outputFlags, screenFlags, watchFlags } from '../../commands/flags/flags.ts';
import { hostAndPort } from '../../commands/flags/host-and-port.ts';
import { ISOLATE, type IsolateFlags } from '../../commands/flags/isolate-flag.ts';
import { integer, number, oneOf, time } from '../../commands/flags/options.ts';
import { dataFile } from '../../commands/scenario/shipped.ts';

/**
 * What is read of the command line of BurstGPT's example, of both its generations, and of ours; beside it, the fields
 * that flags set.
 */
export interface BurstFlags extends IsolateFlags {
  // Where
  readonly host: string;
  readonly port: number;
  readonly baseUrl: string;
  readonly modelPath?: string;
  readonly api: 'chat' | 'completions';
  readonly stream?: boolean;
  // What
  readonly dataPath?: string;
  readonly maxPromptLen: number;
  readonly maxGenLen: number;
  readonly maxTokens?: number;
  readonly ignoreEos?: boolean;
  readonly forceLengths: boolean;
  readonly temperature?: number;
  readonly doSample?: boolean;
  // How many, and when
  readonly surplusPromptsNum: number;
  readonly scale: number;
  // A trace
  readonly useBurstgpt?: boolean;
  readonly burstgptPath: string;
  readonly promptNum: number;
  readonly convOrApi: LogType;
  readonly traceModel?: string;
  readonly skipFailures?: boolean;
  // A model
  readonly gammaShape: number;
  readonly gammaScale?: number;
  readonly qps?: number;
  readonly gammaParams?: string;
  readonly window: number;
  readonly zipfParam: number;
  // What comes of it
  readonly logPath: string;
  readonly detailLogPath: string;
  readonly dryRun?: boolean;
  readonly maxNumSeqs?: number;
  readonly maxNumBatchedTokens?: number;
}

export type LogType = 'conv' | 'api' | 'all';

const LOG_TYPES = ['conv', 'api', 'all'] as const;

export const burstFlags: readonly Flag[] = [
  // Where requests go
  ...hostAndPort(17_717),
  {
    flags: '--backend <name>',
    says: "the server's API: OpenAI's, as vLLM has it",
    choices: ['vllm', 'openai'],
    default: 'vllm',
  },
  {
    flags: '--model-path <name>',
    says: 'request model; default: the first of GET /v1/models',
  },
  {
    flags: '--api <api>',
    says: 'completions sends the prompt as it is, chat as a message',
    choices: ['completions', 'chat'],
    default: 'completions',
  },
  { flags: '--stream', says: 'stream the answers; without it TTFT is the latency' },
  FLAGS.apiKey,
  FLAGS.header,
  // What is said
  {
    flags: '--data-path <file>',
    parse: dataFile,
    says: 'pool of prompts, of which the nearest in both lengths is sent; default: words of the very length',
  },
  {
    flags: '--max-prompt-len <tokens>',
    says: 'longer prompts of a trace are cut to it; drawn ones are below it',
    parse: integer(2),
    default: 1024,
  },
  {
    flags: '--max-gen-len <tokens>',
    says: 'the same of answers',
    parse: integer(2),
    default: 1024,
  },
  {
    flags: '--max-tokens <n>',
    says: 'longest answer asked for, whatever the trace or the model says',
    parse: integer(1),
  },
  { flags: '--ignore-eos', says: 'send ignore_eos' },
  {
    flags: '--no-force-lengths',
    says: 'let answers end before their length; default: min_tokens and ignore_eos ask for all of it',
  },
  { flags: '--temperature <t>', says: 'default: 0; with --do-sample 1', parse: number() },
  { flags: '--do-sample', says: 'let the server sample' },
  FLAGS.tokenizer,
  // How many, and when
  {
    flags: '--surplus-prompts-num <n>',
    says: 'requests to send; of a trace no more than it has',
    parse: integer(1),
    default: 16_384,
  },
  {
    flags: '--scale <factor>',
    says: 'so many times as fast: 100 sends a hundred times the requests per second',
    parse: number(0),
    default: 1,
  },
  FLAGS.seed,
  // A trace
  {
    flags: '--use-burstgpt',
    says: "replay a trace; default: the model's arrivals",
  },
  {
    flags: '--burstgpt-path <file>',
    parse: dataFile,
    says: 'the trace: BurstGPT, or any other that has times and lengths',
    default: '../data/BurstGPT_1.csv',
  },
  {
    flags: '--prompt-num <n>',
    says: 'rows of the trace, the first of those that are meant',
    parse: integer(1),
    default: 500,
  },
  {
    flags: '--conv-or-api <kind>',
    says: 'rows of the conversation log, of the API log, or all',
    choices: LOG_TYPES,
    default: 'conv',
  },
  {
    flags: '--log-type <kind>',
    says: 'the same',
    parse: oneOf(...LOG_TYPES),
  },
  { flags: '--trace-model <name>', says: 'rows that this model answered: ChatGPT or GPT-4' },
  { flags: '--skip-failures', says: 'without rows that have no response tokens' },
  // A model
  {
    flags: '--gamma-shape <k>',
    says: 'of the gaps between requests',
    parse: number(0),
    default: 0.5,
  },
  {
    flags: '--gamma-scale <seconds>',
    says: 'of the gaps: their mean is shape times scale; default: 2, or as --qps says',
    parse: number(0),
  },
  {
    flags: '--qps <rate>',
    says: 'mean requests per second, in place of the scale',
    parse: number(0),
  },
  {
    flags: '--gamma-params <file>',
    parse: dataFile,
    says: 'CSV of alpha and beta, a row a window, in place of shape and scale; with a column zipf also in place of --zipf-param',
  },
  {
    flags: '--window <seconds>',
    says: 'length of such a window',
    parse: time('sec', 0),
    default: 60,
  },
  {
    flags: '--zipf-param <a>',
    says: 'of the lengths of prompts and answers, drawn apart',
    parse: number(0),
    default: 1.1,
  },
  // What comes of it
  {
    flags: '--log-path <file>',
    says: 'JSON list of runs, to which this one is added',
    default: './server_log.json',
  },
  {
    flags: '--detail-log-path <file>',
    says: 'JSON lines, one a request, added to those of earlier runs',
    default: './detail_server_log_1.json',
  },
  { flags: '--dry-run', says: 'print the planned requests as JSON lines, and send nothing' },
  FLAGS.drainTimeout,
  ...outputFlags,
  FLAGS.simulate,
  {
    flags: '--max-num-seqs <n>',
    says: 'of the engine that is built in; another has its own',
    parse: integer(1),
  },
  {
    flags: '--max-num-batched-tokens <n>',
    says: 'likewise',
    parse: integer(1),
  },
  FLAGS.set,
  FLAGS.printScenario,
  ...watchFlags,
  ISOLATE,
  ...screenFlags,
];
