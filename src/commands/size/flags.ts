import { type Flag, grouped } from '../flags/flag-table.ts';
import { playFlags } from '../flags/flags.ts';
import { integer, share } from '../flags/options.ts';
import type { ScenarioFlags } from '../scenario/scenario-of.ts';

export interface SizeFlags extends ScenarioFlags {
  readonly slo?: string;
  readonly price: string;
  readonly pays: number;
  readonly precision: number;
  readonly maxRepeats: number;
  readonly maxRuns: number;
  readonly maxCards: number;
  readonly workers?: number;
  readonly json?: string;
  readonly figure?: string;
}

export const sizeFlags: readonly Flag[] = [
  ...grouped('What is bought', [
    {
      flags: '--slo <limits>',
      says: 'what is to be kept, as ttft.p95<200,tpot.p99<30, in ms; or goodput.share>0.95 with ttft<500; default: thresholds of the scenario',
    },
    {
      flags: '--price <tier=price>',
      says: 'of a GB, as dram=5,gpu=300: tiers that may be bought; and of a card, as dram=5,card=20000, each an engine of its own',
      default: 'dram=1,gpu=1',
    },
    {
      flags: '--pays <share>',
      says: 'of the input tokens, what another GB has to find to pay',
      parse: share,
      default: 0.005,
    },
    {
      flags: '--precision <share>',
      says: 'of the size, how wide its interval may be',
      parse: share,
      default: 0.05,
    },
    {
      flags: '--max-repeats <n>',
      says: 'runs of a size until it is called undecided',
      parse: integer(1, 1000),
      default: 6,
    },
    {
      flags: '--max-cards <n>',
      says: 'the most cards that are tried, where they have a price',
      parse: integer(1, 64),
      default: 8,
    },
    {
      flags: '--max-runs <n>',
      says: 'of all sizes of a tier',
      parse: integer(1, 100_000),
      default: 40,
    },
  ]),
  ...playFlags,
  {
    flags: '--workers <n>',
    says: 'threads; the results do not depend on it; default: one a core',
    parse: integer(1, 1024),
  },
  { flags: '--figure <file>', says: 'also draw it: FILE ends in .svg or .png' },
  { flags: '--json <file>', says: 'also write the numbers there' },
  { flags: '--quiet', says: 'no line for each run on stderr' },
];
