import { type Flag, grouped } from '../flags/flag-table.ts';
import { FLAGS, screenFlags } from '../flags/flags.ts';
import { collect, integer, time } from '../flags/options.ts';
import type { ScenarioFlags } from '../scenario/scenario-of.ts';
import type { RunsFlags } from './runs.ts';

/** Of a server that is probed. */
export interface ServerFlags extends ScenarioFlags {
  readonly url?: string;
  readonly out: string;
  readonly budget: number;
  readonly streams?: number;
  readonly json?: string;
}

export interface CalibrateFlags extends ServerFlags, Omit<RunsFlags, keyof ServerFlags> {}

export const BUDGET_SEC = 300;
export const STREAMS = 256;

/** Of `--url`. */
const serverFlags: readonly Flag[] = grouped('A server that is probed', [
  { ...FLAGS.url, says: 'base URL of an idle server, with or without /v1', default: undefined },
  FLAGS.model,
  FLAGS.apiKey,
  FLAGS.apiKeyFile,
  FLAGS.apiKeyHeader,
  FLAGS.header,
  FLAGS.maxTokensField,
  FLAGS.ca,
  FLAGS.insecure,
  {
    flags: '--streams <n>',
    says: `most requests at a time; default: ${STREAMS}`,
    parse: integer(1, 2048),
  },
  FLAGS.outputDir,
]);

const runFlags: readonly Flag[] = grouped('Runs that there are', [
  {
    ...FLAGS.gpu,
    says: 'the profile where the fit begins, and what it leaves as it is: a shipped one, or a .json file',
  },
  {
    flags: '--predict <run>',
    says: 'a run that is not fitted to, to see how far off the fitted engine is; may be repeated',
    parse: collect,
    default: [],
  },
  {
    flags: '--first <n>',
    says: 'fit to the first n requests of each run alone, and predict the others',
    parse: integer(1),
  },
]);

export const calibrateFlags: readonly Flag[] = [
  ...serverFlags,
  ...runFlags,
  {
    flags: '--budget <time>',
    says: 'for all probes, or for the fit to runs; less makes intervals wider, or leaves things out',
    parse: time('sec', 0),
    default: BUDGET_SEC,
  },
  {
    ...FLAGS.set,
    flags: '--set <field=value>',
    says: 'any field of the scenario: that of the probes, as in target.api=completions, or that which is played again; 2:field=value is for the second run alone; may be repeated',
  },
  ...grouped('What comes of it', [
    { flags: '--out <file>', says: 'the profile', default: 'engine.json' },
    { flags: '--json <file>', says: 'write all numbers; -: to stdout, instead of the text' },
    { flags: '--quiet', says: 'no progress on stderr' },
    ...screenFlags,
  ]),
];

/** Flags that say nothing of a server that is probed, or of runs, with the name that they have among those given. */
export const OF_RUNS: readonly (readonly [flag: string, name: keyof CalibrateFlags])[] = [
  ['--gpu', 'gpu'],
  ['--predict', 'predict'],
  ['--first', 'first'],
];
