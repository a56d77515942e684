import type { Flag } from '../../commands/flags/flag-table.ts';
import { FLAGS, outputFlags, screenFlags, watchFlags } from '../../commands/flags/flags.ts';
import { ISOLATE_BY_SALT, type IsolateFlags } from '../../commands/flags/isolate-flag.ts';
import { integer, time } from '../../commands/flags/options.ts';

/** The command line of LMBenchmark's agentic-qa.py, and ours. Beside these, the fields that flags set. */
export interface AgenticFlags extends IsolateFlags {
  readonly traceFile: readonly string[];
  readonly model?: readonly string[];
  readonly baseUrl?: readonly string[];
  readonly numAgents?: number;
  readonly userRequestInterval: number;
  readonly newUserInterval: number;
  readonly promptTokens: number;
  readonly apiKey?: string;
  readonly output: string;
  readonly withText?: boolean;
  readonly simulate?: boolean;
  readonly set: readonly string[];
  readonly wide?: boolean;
}

export const DEFAULT_URL = 'http://localhost:8000';

export const agenticFlags: readonly Flag[] = [
  { flags: '--trace-file <file...>', says: 'one a user; see below', isRequired: true },
  {
    flags: '--model <name...>',
    says: 'request model: one for all agents, or one for each, by agent_id',
  },
  {
    flags: '--base-url <url...>',
    says: `likewise; 'embedded' starts an engine; default: OPENAI_BASE_URL, else ${DEFAULT_URL}`,
  },
  {
    flags: '--num-agents <n>',
    says: 'agent ids are below it; default: what the traces use',
    parse: integer(1),
  },
  {
    flags: '--user-request-interval <seconds>',
    path: 'pacing.pauseSec',
    says: "between a user's rounds",
    parse: time('sec'),
    default: 1,
  },
  {
    flags: '--new-user-interval <seconds>',
    says: 'between two users',
    parse: time('sec'),
    default: 5,
  },
  {
    flags: '--prompt-tokens <n>',
    path: 'conversation.question.tokens',
    says: "of an agent's own prompt",
    parse: integer(1),
    default: 20,
  },
  {
    flags: '--ignore-eos',
    path: 'sampling.ignoreEos',
    says: 'ask for answers of exactly output_tokens',
  },
  { flags: '--on-failure <how>', path: 'failure.policy' },
  // A text, as a given one is: the digest of the workload is of it.
  FLAGS.seed,
  FLAGS.apiKey,
  FLAGS.header,
  { flags: '--output <file>', says: 'CSV of the completed requests', default: 'summary.csv' },
  { flags: '--with-text', says: 'put the messages and answers into it as well' },
  FLAGS.drainTimeout,
  ISOLATE_BY_SALT,
  ...outputFlags,
  FLAGS.simulate,
  FLAGS.gpu,
  {
    ...FLAGS.set,
    flags: '--set <engine.field=value>',
    says: 'any field of the embedded engine, as a scenario has it; may be repeated',
  },
  ...watchFlags,
  ...screenFlags,
];
