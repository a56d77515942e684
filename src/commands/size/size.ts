import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { UsageError } from '../../base/errors.ts';
import { type Flag, grouped } from '../flags/flag-table.ts';
import { playFlags } from '../flags/flags.ts';
import { integer, share } from '../flags/options.ts';
import { scenarioCommand } from '../run.ts';
import { type ScenarioFlags, scenarioOf } from '../scenario/scenario-of.ts';
import { flowingHelp } from '../terminal/help-text.ts';

export interface SizeFlags extends ScenarioFlags {
  readonly slo?: string;
  readonly price: string;
  readonly pays: number;
  readonly precision: number;
  readonly maxRepeats: number;
  readonly maxRuns: number;
  readonly workers?: number;
  readonly json?: string;
  readonly figure?: string;
}

const flags: readonly Flag[] = [
  ...grouped('What is bought', [
    {
      flags: '--slo <limits>',
      says: 'what is to be kept, as ttft.p95<200,tpot.p99<30, in ms; or goodput.share>0.95 with ttft<500; default: thresholds of the scenario',
    },
    {
      flags: '--price <tier=price>',
      says: 'of a GB, as dram=5,gpu=300: tiers that may be bought, each alone',
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

const HELP = `
Searches for the fewest GB of KV memory that keep the limits, in virtual time on the
embedded engine: of the GPU (engine.kvGB) and of host memory (dram:
engine.offload.cpu.capacityGB, as vllm offloads where the scenario says nothing),
each alone, for periodic and for random gaps of the same mean.

How it searches, and where another GB no longer pays: confab help sizing
`;

/** `confab size SCENARIO`: how much memory to buy. */
export function sizeCommand(): Command {
  return scenarioCommand('size', flags)
    .description('Find the fewest GB of KV memory that keep limits, and what they cost.')
    .addHelpText('after', flowingHelp(HELP))
    .action(size);
}

async function size(file: string | undefined, given: SizeFlags): Promise<void> {
  const [{ checkPicture }, { checkWritable }, { pricesIn }, { withErrorLimit, withSlo }] =
    await Promise.all([
      import('../../figures/picture.ts'),
      import('../../play/writable.ts'),
      import('./prices.ts'),
      import('../sweep/asking.ts'),
    ]);
  if (given.figure !== undefined) {
    checkPicture(given.figure);
    checkWritable('--figure', given.figure);
  }
  if (given.json !== undefined) checkWritable('--json', given.json);
  const prices = pricesIn(given.price);
  const plain = await scenarioOf({ file, rows: flags, flags: given, isSent: false });
  const limited = withSlo(plain, given.slo);
  if (Object.keys(limited.thresholds).length === 0) {
    throw new UsageError(
      '--slo: missing; expected limits, as in ttft.p95<200, or thresholds in the scenario',
    );
  }
  const scenario = withErrorLimit({ ...limited, output: { ...limited.output, exports: [] } });
  const { precision, maxRepeats, maxRuns, pays } = given;
  const settings = {
    ...{ scenario, prices, precision, repeatsMax: maxRepeats, runsMax: maxRuns, paysShare: pays },
  };
  const { playSize } = await import('./play.ts');
  process.exitCode = await playSize(settings, given, given.workers ?? availableParallelism());
}
