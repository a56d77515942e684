import type { Flag } from '../../commands/flags/flag-table.ts';
import { FLAGS, outputFlags, screenFlags, watchFlags } from '../../commands/flags/flags.ts';
import { ISOLATE, type IsolateFlags } from '../../commands/flags/isolate-flag.ts';
import { integer, number, time } from '../../commands/flags/options.ts';

/** The command line of AIBrix's client.py, and ours. Beside these, the fields that flags set. */
export interface AibrixClientFlags extends IsolateFlags {
  readonly workloadPath: string;
  readonly endpoint: string;
  readonly apiKey?: string;
  readonly outputFilePath: string;
  readonly streaming?: boolean;
  readonly routingStrategy: string;
  readonly timeoutSecond: number;
  readonly maxRetries: number;
  readonly durationLimit?: number;
  readonly sessionKeyHeader?: boolean;
  readonly simulate?: boolean;
  readonly verbose?: boolean;
  readonly printScenario?: boolean;
  readonly set: readonly string[];
  readonly wide?: boolean;
}

/** Where AIBrix's own scripts look for its gateway. */
export const DEFAULT_URL = 'http://localhost:8888';

const upstreamFlags: readonly Flag[] = [
  {
    flags: '--workload-path <file>',
    says: 'the workload: .jsonl, or a JSON list; any other trace that is known, too',
    isRequired: true,
  },
  FLAGS.model,
  {
    flags: '--endpoint <url>',
    path: 'target.url',
    says: "base URL, with or without /v1; 'embedded' starts an engine; OPENAI_BASE_URL comes before the default",
    default: DEFAULT_URL,
  },
  FLAGS.apiKey,
  {
    flags: '--output-file-path <file>',
    says: 'records of all requests, a JSON object a line',
    default: 'output.jsonl',
  },
  { flags: '--streaming', says: 'ask for streams; without it TTFT and TPOT are unknown' },
  {
    flags: '--routing-strategy <name>',
    says: "of AIBrix's gateway: the header routing-strategy of every request; empty: none",
    default: 'random',
  },
  {
    flags: '--output-token-limit <tokens>',
    path: 'conversation.answer.ceilingTokens',
    says: 'most that is asked for, whatever the workload says',
  },
  {
    flags: '--time-scale <factor>',
    path: 'population.arrivals.slowdown',
    says: 'multiplies the times of the workload: above 1 it is slower, below 1 faster',
    parse: number(0),
    default: 1,
  },
  {
    flags: '--timeout-second <seconds>',
    says: 'longest wait for a connection, for the first token, and for each that follows',
    parse: time('sec', 0),
    default: 60,
  },
  {
    flags: '--max-retries <n>',
    says: 'tries of a request after the first',
    parse: integer(0),
    default: 0,
  },
  {
    flags: '--duration-limit <seconds>',
    says: 'stop then, and cancel what is in flight; default: play all of the workload',
    parse: time('sec', 0),
  },
  {
    flags: '--max-concurrent-sessions <n>',
    path: 'population.maxActive',
    says: 'sessions that are played at the same time; later ones wait',
  },
  {
    flags: '--session-key-header',
    says: "send a session's id in x-aibrix-session-key, for routing by session",
  },
];

export const aibrixClientFlags: readonly Flag[] = [
  ...upstreamFlags,
  // ours
  FLAGS.header,
  FLAGS.seed,
  ...outputFlags,
  FLAGS.simulate,
  FLAGS.gpu,
  FLAGS.set,
  FLAGS.verbose,
  FLAGS.printScenario,
  ...watchFlags,
  ISOLATE,
  ...screenFlags,
];
