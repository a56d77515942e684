import type { Flag } from '../../commands/flags/flag-table.ts';
import { FLAGS, screenFlags, watchFlags } from '../../commands/flags/flags.ts';
import { ISOLATE, type IsolateFlags } from '../../commands/flags/isolate-flag.ts';
import { integer, number, share, time } from '../../commands/flags/options.ts';

/**
 * What is read of the command line of multi-round-qa.py, beside the fields that flags set: production-stack's, its
 * fork's (user lag), and ours.
 */
export interface MultiRoundFlags extends IsolateFlags {
  // Both lines
  readonly numRounds: number;
  readonly qps: number;
  /** Absent: the scenario is refused. */
  readonly baseUrl?: string | undefined;
  readonly sharedSystemPrompt?: number;
  readonly userHistoryPrompt?: number;
  readonly sharegpt?: boolean | string;
  readonly initUserId: number;
  readonly output: string;
  // production-stack
  readonly numUsers?: number;
  readonly answerLen?: number;
  readonly requestWithUserId: boolean;
  // the fork
  readonly userLag?: number;
  readonly maxInputLen?: number;
  readonly maxOutputLen?: number;
  readonly ignoreEos?: boolean;
  readonly inputInflateRate?: number;
  readonly inputInflateMult?: number;
  readonly outputInflateRate?: number;
  readonly outputInflateMult?: number;
  /** What upstream sends, to the byte, where ours is something else. */
  readonly compat?: boolean;
  // ours, and what LMBenchmark and LMCache have added
  readonly strictQps?: boolean;
  readonly rampUp: boolean;
  /** undefined: synthesised, and cold with --compat. */
  readonly rampUpHistory?: 'synthesised' | 'cold';
  readonly disableRampUp?: boolean;
  readonly strictConcurrentUsers?: boolean;
  readonly enforceStrictConcurrentUsers?: boolean;
  readonly warmup: boolean;
  readonly text?: 'words' | 'hi';
}

/** Of both upstream scripts. */
const commonFlags: readonly Flag[] = [
  { flags: '--num-rounds <n>', says: 'rounds per user', parse: integer(1) },
  { flags: '--qps <rate>', says: 'requests per second over all users', parse: number(0) },
  {
    flags: '--base-url <url>',
    says: "base URL, with or without /v1; 'embedded' starts an engine; default: OPENAI_BASE_URL",
  },
  FLAGS.model,
  FLAGS.apiKey,
  {
    flags: '--shared-system-prompt <tokens>',
    says: 'tokens that all users share',
    parse: integer(0),
  },
  {
    flags: '--user-history-prompt <tokens>',
    says: "tokens of each user's own history",
    parse: integer(0),
  },
  FLAGS.time,
  { flags: '--output <file>', says: 'CSV of the completed requests', default: 'summary.csv' },
  {
    flags: '--init-user-id <n>',
    says: 'the first user is n + 1',
    parse: integer(0),
    default: 0,
  },
  FLAGS.logInterval,
  {
    flags: '--sharegpt [file]',
    says: 'questions and answer lengths from ShareGPT (default file: ShareGPT.json)',
  },
  FLAGS.verbose,
  {
    flags: '--process-summary <file>',
    says: 'print the summary of an existing CSV, of this tool or of theirs',
  },
];

const productionStackFlags: readonly Flag[] = [
  {
    flags: '--num-users <n>',
    says: 'production-stack: users at a time',
    parse: integer(1),
  },
  {
    flags: '--answer-len <tokens>',
    says: 'production-stack: max_tokens',
    parse: integer(1),
  },
  { flags: '--request-with-user-id', says: 'send the header x-user-id', default: true },
  { flags: '--no-request-with-user-id', says: 'do not send it' },
];

const forkFlags: readonly Flag[] = [
  { flags: '--user-lag <seconds>', says: 'fork: think time after an answer', parse: time('sec') },
  {
    flags: '--max-input-len <tokens>',
    says: 'fork: longest prompt; longest ShareGPT question',
    parse: integer(1),
  },
  {
    flags: '--max-output-len <tokens>',
    says: 'fork: max_tokens; longest ShareGPT answer',
    parse: integer(1),
  },
  {
    flags: '--ignore_eos, --ignore-eos',
    says: 'answers of exactly the length asked for',
  },
  {
    flags: '--input-inflate-rate <share>',
    says: 'ShareGPT: share of questions made longer',
    parse: share,
  },
  {
    flags: '--input-inflate-mult <factor>',
    says: 'ShareGPT: by this factor',
    parse: integer(1),
  },
  {
    flags: '--output-inflate-rate <share>',
    says: 'ShareGPT: share of answers made longer',
    parse: share,
  },
  {
    flags: '--output-inflate-mult <factor>',
    says: 'ShareGPT: by this factor',
    parse: integer(1),
  },
];

/** Ours, and what LMBenchmark and LMCache have added. */
const addedFlags: readonly Flag[] = [
  { flags: '--compat', says: "upstream's texts, times and requests, see below" },
  { flags: '--strict-qps', says: 'offer exactly --qps' },
  { flags: '--no-ramp-up', says: 'start with no users instead of N in mid-conversation' },
  { flags: '--disable-ramp-up', says: 'the same, as LMCache spells it' },
  {
    flags: '--ramp-up-history <how>',
    says: "users found in mid-conversation carry their history, or send a cold first message as upstream's; default: 'synthesised', with --compat 'cold'",
    choices: ['synthesised', 'cold'],
  },
  {
    flags: '--strict-concurrent-users',
    says: 'never more than --num-users conversations',
  },
  {
    flags: '--enforce-strict-concurrent-users',
    says: 'the same, as LMBenchmark spells it',
  },
  {
    flags: '--no-warmup',
    says: "leave out the ten requests of production-stack's warm-up",
  },
  { flags: '--text <kind>', path: 'conversation.text' },
  { flags: '--text-file <file>', path: 'conversation.textFile' },
  FLAGS.tokenizer,
  FLAGS.seed,
  { flags: '--api <api>', path: 'target.api' },
  FLAGS.noStream,
  FLAGS.header,
  FLAGS.maxErrorRate,
  FLAGS.drainTimeout,
  FLAGS.outputDir,
  FLAGS.set,
  FLAGS.simulate,
  FLAGS.printScenario,
  ...watchFlags,
  ISOLATE,
  ...screenFlags,
];

export const multiRoundFlags: readonly Flag[] = [
  ...commonFlags,
  ...productionStackFlags,
  ...forkFlags,
  ...addedFlags,
];
