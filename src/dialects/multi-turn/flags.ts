import type { Flag } from '../../commands/flags/flag-table.ts';
import { FLAGS, screenFlags, watchFlags } from '../../commands/flags/flags.ts';
import { ISOLATE } from '../../commands/flags/isolate-flag.ts';
import { integer, number, time, wholeNumber } from '../../commands/flags/options.ts';

/** What is read of the command line of vLLM's benchmark_serving_multi_turn.py, and of ours, beside the fields that flags set. */
export const DEFAULT_URL = 'http://localhost:8000';

export interface MultiTurnFlags {
  readonly inputFile: string;
  readonly outputFile?: string;
  readonly seed: number;
  readonly model: string;
  readonly servedModelName?: string;
  readonly url: string;
  readonly numClients: number;
  readonly maxActiveConversations?: number;
  readonly warmupStep?: boolean;
  readonly maxTurns?: number;
  readonly earlyStop: boolean;
  /** 0: as long as the data set's answer; below 0: not sent. */
  readonly limitMaxTokens: number;
  readonly limitMinTokens: number;
  /** Requests per second of one client; 0: as fast as answers come. */
  readonly requestRate: number;
  readonly maxRetries?: number;
  readonly conversationSampling: 'round_robin' | 'random';
  readonly stream: boolean;
  readonly sendConversationId?: boolean;
  // ours
  readonly compat?: boolean;
  readonly payload?: 'forced' | 'plain';
  readonly maxNumRequests?: number;
  readonly tokenizer?: string;
}

const upstreamFlags: readonly Flag[] = [
  {
    flags: '-i, --input-file <file>',
    says: 'conversations, or a generate_conversations file',
    isRequired: true,
  },
  {
    flags: '-o, --output-file <file>',
    says: "write the conversations with the model's answers",
  },
  { flags: '--seed <n>', path: 'seed', parse: integer(0), default: 0 },
  { flags: '-m, --model <name>', says: 'tokenizer, and request model', isRequired: true },
  { flags: '--served-model-name <name>', says: 'request model, where it is another name' },
  {
    ...FLAGS.url,
    flags: '-u, --url <url>',
    says: "base URL, with or without /v1; 'embedded' starts an engine; OPENAI_BASE_URL comes before the default",
    default: DEFAULT_URL,
  },
  { flags: '-p, --num-clients <n>', says: 'requests in flight', parse: integer(1), default: 1 },
  {
    flags: '-k, --max-active-conversations <n>',
    says: 'conversations that are interleaved; default: one a client',
    parse: integer(1),
  },
  { flags: '-n, --max-num-requests <n>', path: 'stop.afterRequests' },
  {
    flags: '--warmup-step',
    path: 'warmup.firstTurns',
    says: 'play the first turn of every conversation before measuring',
  },
  {
    flags: '--max-turns <n>',
    path: 'conversation.maxMessages',
    says: 'messages of a conversation, answers counted',
  },
  { flags: '--no-early-stop', says: 'with --compat: when one client stops, the others go on' },
  {
    flags: '--limit-max-tokens <n>',
    says: 'max_tokens; 0: as long as the recorded answer; -1: none is sent',
    parse: wholeNumber,
    default: 0,
  },
  {
    flags: '--limit-min-tokens <n>',
    says: 'min_tokens, likewise',
    parse: wholeNumber,
    default: 0,
  },
  {
    flags: '--request-rate <rate>',
    says: 'requests per second of a client; 0: no limit',
    parse: number(),
    default: 0,
  },
  {
    flags: '--max-retries <n>',
    says: 'tries after a failed one; default: MULTITURN_BENCH_MAX_RETRIES, or 0',
    parse: integer(0),
  },
  {
    flags: '--conversation-sampling <how>',
    says: 'whose turn is next',
    choices: ['round_robin', 'random'],
    default: 'round_robin',
  },
  {
    flags: '--verify-output',
    path: 'conversation.verify',
    says: "an answer that is not the input file's is a failure",
  },
  {
    flags: '--request-timeout-sec <seconds>',
    path: 'timeouts.totalSec',
    says: 'for one request; more for answers of over 600 tokens',
    parse: time('sec', 0),
    default: 120,
  },
  FLAGS.noStream,
  {
    flags: '--send-conversation-id',
    says: 'as conversation_id in the body and in X-Session-ID',
  },
  { flags: '-e, --excel-output', says: 'write statistics_…xlsx in this folder' },
  { flags: '--stats-json-output <file>', says: 'write one JSON object a request' },
  { flags: '-v, --verbose', says: 'print every request; add time_between_user_turns_sec' },
  { flags: '--print-content', says: 'print prompts and answers' },
  {
    flags: '--warmup-percentages <list>',
    says: 'a table for each, without this share of the first samples, as in 0%,50%',
    default: '0%',
  },
  {
    flags: '--trust-remote-code',
    says: 'accepted, and without effect: no code is loaded',
  },
  { flags: '--benchmark-timeout-sec <seconds>', path: 'stop.afterSec' },
];

/** Upstream's flags, and ours. */
export const multiTurnFlags: readonly Flag[] = [
  ...upstreamFlags,
  FLAGS.apiKey,
  FLAGS.header,
  {
    flags: '--generate-only',
    says: 'write the conversations to --output-file, and send nothing',
  },
  { flags: '--compat', says: "upstream's choices that change numbers, see below" },
  {
    flags: '--payload <kind>',
    says: "what is asked for, see below; default: 'forced', with --compat 'plain'",
    choices: ['forced', 'plain'],
  },
  {
    flags: '--tokenizer <spec>',
    says: "'gpt2', a folder, a tokenizer.json or a model name; default: --model, and gpt2 for the embedded engine",
  },
  FLAGS.maxErrorRate,
  FLAGS.outputDir,
  FLAGS.set,
  FLAGS.simulate,
  FLAGS.gpu,
  FLAGS.printScenario,
  ...watchFlags,
  ISOLATE,
  ...screenFlags,
];
