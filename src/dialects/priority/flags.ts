import type { Command } from 'commander';
import type { Flag } from '../../commands/flags/flag-table.ts';
import { FLAGS } from '../../commands/flags/flags.ts';
import { hostAndPort } from '../../commands/flags/host-and-port.ts';
import { integer, number, time } from '../../commands/flags/options.ts';
import { dataFile } from '../../commands/scenario/shipped.ts';
import { targetUrl } from '../../commands/scenario/target-url.ts';
import { type Precedence, SCHEDULE_NAMES } from './schedules.ts';

/** What the commands of the priority study have in common. */
export interface StudyFlags extends Omit<Precedence, 'schedule'> {
  readonly apiKey?: string;
  readonly minInputLen: number;
  readonly minOutputLen: number;
  readonly maxInputLen: number;
  readonly maxTotalLen: number;
  readonly waitForHealth?: number;
  readonly outputJson?: string;
  readonly set: readonly string[];
  readonly simulate?: boolean;
  readonly printScenario?: boolean;
  readonly wide?: boolean;
}

/** Who goes first, beside the policy. */
export const precedenceFlags: readonly Flag[] = [
  {
    flags: '--noise <sigma>',
    says: 'priorities go by output_tokens_noise_<sigma> of the data (confab oracle noise); 0: by output_tokens',
    parse: number(),
    default: 0,
  },
  {
    flags: '--expected <field>',
    says: 'priorities go by this field of the data, such as output_tokens_bin',
  },
  {
    flags: '--priority-order <order>',
    says: "lowestFirst (vLLM's): the length is the priority; highestFirst (SGLang's): the length below 0; default: lowestFirst",
    choices: ['lowestFirst', 'highestFirst'],
  },
];

/** Which rows of the data are left out: what the study calls pruning. */
export const filterFlags: readonly Flag[] = [
  {
    flags: '--min-input-len <tokens>',
    says: 'shorter prompts are left out',
    parse: integer(0),
    default: 4,
  },
  {
    flags: '--min-output-len <tokens>',
    says: 'prompts of shorter answers are left out',
    parse: integer(0),
    default: 4,
  },
  {
    flags: '--max-input-len <tokens>',
    says: 'longer prompts are left out',
    parse: integer(1),
    default: 1024,
  },
  {
    flags: '--max-total-len <tokens>',
    says: 'prompts that are longer with their answers are left out',
    parse: integer(1),
    default: 2048,
  },
];

/** The data, the policy and the model of the study's two scripts that play offline, and what they write. */
export const dataFlags: readonly Flag[] = [
  {
    flags: '--dataset, --input-json <file>',
    parse: dataFile,
    says: 'queries with the lengths of their answers: input, output_tokens (confab oracle create)',
  },
  {
    flags: '--scheduling-policy <policy>',
    says: "the server's policy; those with priority in their names send each request's expected length as its priority",
    choices: SCHEDULE_NAMES,
    default: 'fcfs',
  },
  FLAGS.model,
  FLAGS.tokenizer,
  {
    ...FLAGS.seed,
    says: "of the order, which is Python's where it is a whole number",
  },
  {
    flags: '--n <n>',
    says: 'answers to each prompt: body field n',
    parse: integer(1),
    default: 1,
  },
  { flags: '--output-json <file>', says: 'JSON to write' },
];

/** Where requests go: the scripts have the model in their own process, and here it is behind a server. */
export const hostFlags: readonly Flag[] = [
  ...hostAndPort(8000),
  {
    flags: '--api <api>',
    says: 'completions sends the prompt as it is, chat as a message',
    choices: ['completions', 'chat'],
    default: 'completions',
  },
];

/** A server, and what is done with it before a run. */
export const serverFlags: readonly Flag[] = [
  FLAGS.apiKey,
  FLAGS.header,
  {
    flags: '--wait-for-health <time>',
    says: 'wait so long for GET /health to be answered by 200; default: not at all',
    parse: time('sec', 0),
  },
];

interface Where {
  readonly simulate?: boolean;
  readonly baseUrl?: string;
  readonly host: string;
  readonly port: number;
}

/** Where requests go by these flags. In simulated time there is no other engine, whatever is named. */
export function studyBase({ simulate, baseUrl, host, port }: Where, command: Command): string {
  if (simulate) return 'embedded';
  const isNamed = ['host', 'port'].some((flag) => command.getOptionValueSource(flag) === 'cli');
  const here = `http://${host}:${port}`;
  return baseUrl ?? (isNamed ? here : targetUrl(undefined, here));
}
