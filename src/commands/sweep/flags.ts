import type { Flag } from '../flags/flag-table.ts';
import { grouped } from '../flags/flag-table.ts';
import { FLAGS, playFlags } from '../flags/flags.ts';
import { ISOLATE, type IsolateFlags } from '../flags/isolate-flag.ts';
import { list } from '../flags/lists.ts';
import { collect, integer, number, share, time } from '../flags/options.ts';
import { FIGURES_FLAG, type PageFlags, pageFlag } from '../page/page-flags.ts';
import type { ScenarioFlags } from '../scenario/scenario-of.ts';
import { KNOBS, type KnobName } from './knobs.ts';

export interface SweepFlags extends ScenarioFlags, PageFlags, IsolateFlags {
  readonly over: readonly string[];
  readonly rates?: string;
  readonly labels?: string;
  readonly repeats?: number;
  readonly slo?: string;
  readonly findMax?: KnobName;
  readonly from?: number;
  readonly least?: number;
  readonly most?: number;
  readonly precision?: number;
  readonly maxRepeats?: number;
  readonly maxRuns?: number;
  readonly start?: string;
  readonly health?: string;
  readonly healthTimeout?: number;
  readonly reset?: string;
  readonly keepCache?: boolean;
  readonly before?: string;
  readonly rest?: number;
  readonly simulate?: boolean;
  readonly workers?: number;
  readonly show?: readonly string[];
  readonly figure?: string;
  readonly json?: string;
  readonly resume?: string;
  readonly live?: number;
}

export const sweepFlags: readonly Flag[] = [
  ...grouped('What is varied', [
    {
      flags: '--over <name=values>',
      says: 'a field of the scenario, or a load below, and its values: a,b,c, 1..8:1 (steps) or 1..64*2 (factors); may be repeated, for a grid',
      parse: collect,
      default: [],
    },
    { flags: '--rates <list>', says: 'the same as --over rate=…' },
    {
      flags: '--labels <list>',
      says: 'names of what is compared, for {label} in --start; the engine that is built in takes them for its policy',
    },
    {
      flags: '--repeats <n>',
      says: 'runs of each point, with a seed each; default: 1',
      parse: integer(1, 1000),
    },
  ]),
  ...grouped('The largest load within limits', [
    {
      flags: '--find-max <load>',
      says: 'in place of --over: search for the largest one that keeps every limit',
      choices: Object.keys(KNOBS),
    },
    {
      flags: '--slo <limits>',
      says: 'ttft.p95<200,tpot.p99<30 of a run, in ms; ttft<500 of each request, for goodput; also goodput.share>0.95',
    },
    {
      flags: '--from <load>',
      says: "where to begin; default: the scenario's, else 1",
      parse: number(0),
    },
    { flags: '--least <load>', says: 'search no lower; default: 0.001, or 1', parse: number(0) },
    { flags: '--most <load>', says: 'search no higher; default: 100000', parse: number(0) },
    {
      flags: '--precision <share>',
      says: 'of the bound, how wide its interval may be; default: 0.05',
      parse: share,
    },
    {
      flags: '--max-repeats <n>',
      says: 'runs of a load until it is called undecided; default: 6',
      parse: integer(1, 1000),
    },
    { flags: '--max-runs <n>', says: 'of all loads; default: 60', parse: integer(1, 100_000) },
  ]),
  ...grouped('The server, for every run', [
    {
      flags: '--start <command>',
      says: 'start it so, and end it after the run; {name} stands for the value of an axis',
    },
    {
      flags: '--health <path>',
      says: 'wait until this path or URL answers 200; default with --start: /health or /v1/models',
    },
    { flags: '--health-timeout <time>', says: 'for so long; default: 10m', parse: time('sec', 0) },
    {
      flags: '--reset <path>',
      says: 'POST to this path or URL before each run, to empty the cache: /reset_prefix_cache (vLLM), /flush_cache (SGLang)',
    },
    {
      flags: '--keep-cache',
      says: 'the same users in every run, and a cache that keeps what the run before has left there; with --simulate one engine for all runs',
    },
    { flags: '--before <command>', says: 'run this before each run' },
    ISOLATE,
    { flags: '--rest <time>', says: 'between two runs; default: 0', parse: time('sec') },
  ]),
  ...playFlags,
  ...grouped('What comes of it', [
    FLAGS.certify,
    {
      ...FLAGS.live,
      says: `${FLAGS.live.says}; each in its turn, with --simulate too, and at the end the sweep`,
    },
  ]),
  FLAGS.simulate,
  {
    flags: '--workers <n>',
    says: 'with --simulate: threads; the results do not depend on it; default: one a core',
    parse: integer(1, 1024),
  },
  {
    flags: '--show <list>',
    says: 'columns of the table, as ttft.p95,cache.share',
    parse: list(),
  },
  { flags: '--figure <file>', says: 'also draw the figure there: FILE ends in .svg or .png' },
  pageFlag('the folder of the sweep', 'sweep.html'),
  FIGURES_FLAG,
  { flags: '--json <file>', says: 'also write the numbers there' },
  { flags: '--resume <dir>', says: 'go on with the sweep in this folder' },
  { flags: '--quiet', says: 'no line for each run on stderr' },
];
