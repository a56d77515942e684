import type { Flag } from '../flags/flag-table.ts';
import { FLAGS, screenFlags } from '../flags/flags.ts';
import { integer, time } from '../flags/options.ts';
import type { ScenarioFlags } from '../scenario/scenario-of.ts';

export interface CalibrateFlags extends ScenarioFlags {
  readonly out: string;
  readonly budget: number;
  readonly streams: number;
  readonly json?: string;
}

const BUDGET_SEC_MAX = 300;

export const calibrateFlags: readonly Flag[] = [
  { ...FLAGS.url, says: 'base URL of the server, with or without /v1', default: undefined },
  FLAGS.model,
  FLAGS.apiKey,
  FLAGS.apiKeyFile,
  FLAGS.apiKeyHeader,
  FLAGS.header,
  FLAGS.maxTokensField,
  FLAGS.ca,
  FLAGS.insecure,
  { flags: '--out <file>', says: 'the profile', default: 'engine.json' },
  {
    flags: '--budget <time>',
    says: 'time for all probes; less makes intervals wider, or leaves things out',
    parse: time('sec', 0),
    default: BUDGET_SEC_MAX,
  },
  {
    flags: '--streams <n>',
    says: 'most requests at a time',
    parse: integer(1, 2048),
    default: 256,
  },
  FLAGS.set,
  FLAGS.outputDir,
  { flags: '--json <file>', says: 'write what was found; -: to stdout, instead of the text' },
  { flags: '--quiet', says: 'no progress on stderr' },
  ...screenFlags,
];
