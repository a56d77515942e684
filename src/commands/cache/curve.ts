import { Command } from 'commander';
import { UsageError } from '../../base/errors.ts';
import { writeWhole } from '../../base/write-whole.ts';
import { BLOCK_TOKENS } from '../../cache/ideal.ts';
import type { CurveSource } from '../../curve/request.ts';
import type { TiersAsked } from '../../curve/tiers.ts';
import { checkWritable } from '../../play/writable.ts';
import type { Reading } from '../../workload/traces/rewrite/open-trace.ts';
import { latencyFlags } from '../flags/assumed-latency.ts';
import { type Flag, grouped, withFlags } from '../flags/flag-table.ts';
import { FLAGS } from '../flags/flags.ts';
import { lifetimeFlags } from '../flags/lifetime-flags.ts';
import { integer, number } from '../flags/options.ts';
import { bytesPerTokenOf, type SizingFlags, sizingFlags } from '../flags/sizing-flags.ts';
import type { ScenarioFlags } from '../scenario/scenario-of.ts';
import { flowingHelp } from '../terminal/help-text.ts';
import { readingFlags } from '../trace/reading.ts';
import { type OutcomeFlags, outcomeFlags, telling } from './outcome.ts';
import { blocksIn, namedSizes, type Size, sizes } from './sizes.ts';

interface Flags extends Reading, SizingFlags, OutcomeFlags, Omit<ScenarioFlags, 'wide'> {
  readonly as?: 'scenario' | 'run' | 'trace';
  readonly answers: 'identical' | 'changed';
  readonly ttftMs?: number;
  readonly tpotMs?: number;
  readonly capacity?: readonly Size[];
  readonly ttl?: readonly number[];
  readonly warmup: number;
  readonly window?: number;
  readonly tiers?: ReturnType<typeof namedSizes>;
  readonly tierPolicy: 'inclusive' | 'exclusive';
  readonly tierChunkTokens?: number;
  readonly tierHolds: 'all' | 'prompts';
  readonly csv?: string;
}

const curveFlags: readonly Flag[] = [
  {
    flags: '--as <kind>',
    says: 'what the input is; default: a folder with a journal is a run, YAML or a name of `confab scenarios` a scenario, all else a trace; scenario of a trace: one that plays it',
    choices: ['scenario', 'run', 'trace'],
  },
  ...readingFlags,
  ...grouped('Of a scenario or a run', [
    FLAGS.set,
    FLAGS.seed,
    FLAGS.users,
    FLAGS.time,
    {
      flags: '--answers <how>',
      says: 'identical: they come back in the history as they were generated; changed: as other tokens',
      choices: ['identical', 'changed'],
      default: 'identical',
    },
    ...latencyFlags,
    FLAGS.printScenario,
  ]),
  ...grouped('What is asked', [
    {
      flags: '--capacity <sizes,...>',
      says: 'sizes of an LRU cache, in blocks or GB, as 4096,24GB; default: parts of all blocks there are, and what the engine has',
      parse: sizes,
    },
    ...lifetimeFlags,
    {
      flags: '--window <width>',
      says: 'of the working set over time: seconds; requests, where no times are known',
      parse: number(0),
    },
    ...sizingFlags,
  ]),
  ...grouped('Tiers', [
    {
      flags: '--tiers <name=size,...>',
      says: "the GPU first, then what is below it, as gpu=4096,dram=100GB; default: the engine's",
      parse: namedSizes,
    },
    {
      flags: '--tier-policy <policy>',
      says: 'inclusive: each has copies of what is above it; exclusive: what was evicted there',
      choices: ['inclusive', 'exclusive'],
      default: 'inclusive',
    },
    {
      flags: '--tier-chunk-tokens <n>',
      says: 'tokens that come and go together below the GPU, as 256 of LMCache; default: a block',
      parse: integer(1),
    },
    {
      flags: '--tier-holds <what>',
      says: 'below the GPU: all, or blocks of prompts alone, as offload_prompt_only has it',
      choices: ['all', 'prompts'],
      default: 'all',
    },
  ]),
  {
    flags: '--csv <file>',
    says: 'write the points of all figures as CSV; -: to stdout, instead of the text',
    group: 'What comes of it:',
  },
  ...outcomeFlags,
];

const HELP = `
Says what prefix caches find of all requests, one after the other: LRU of every size, exactly
and in one pass, by five definitions; that together with a time to live; the bound that no
policy passes; what another GB is worth; tiers; by turn, by session; the working set over
time. Nothing is sent.
`;

/** `confab cache curve INPUT`: hits by capacity. */
export function curveCommand(): Command {
  const command = new Command('curve')
    .description('Say what prefix caches of every size find of a scenario, a run or a trace.')
    .argument('<input>', 'a scenario, a run folder, or recorded requests in any format')
    .addHelpText('after', flowingHelp(HELP))
    .action(curve);
  return withFlags(command, curveFlags);
}

async function curve(input: string, flags: Flags): Promise<void> {
  const { csv, json, printScenario } = flags;
  if (csv === '-' && json === '-') {
    throw new UsageError('found --csv - and --json -; expected one of them on stdout');
  }
  if (csv !== undefined && csv !== '-') checkWritable('--csv', csv);
  const { opened } = await import('./curve-input.ts');
  const source = await opened(input, flags, curveFlags);
  if (source === undefined || printScenario) return;
  const { cacheCurve } = await import('../../curve/curve.ts');
  const find = async () => cacheCurve(source, await optionsOf(source, flags));
  const [{ curveSections }, { curveFigures }, { curveCsv, curveJson }] = await Promise.all([
    import('../../curve/text.ts'),
    import('../../curve/figures.ts'),
    import('../../curve/files.ts'),
  ]);
  if (csv === '-') {
    process.stdout.write(curveCsv(await find()));
    return;
  }
  await telling(flags, async () => {
    const result = await find();
    if (csv !== undefined) writeWhole(csv, [curveCsv(result)]);
    return {
      sections: curveSections(result),
      get figures() {
        return curveFigures(result);
      },
      get json() {
        return curveJson(result);
      },
    };
  });
}

async function optionsOf(source: CurveSource, flags: Flags) {
  const { blockTokens } = source;
  const bytesPerToken = (await bytesPerTokenOf(flags)) ?? source.bytesPerToken;
  const unit = { blockTokens, bytesPerToken };
  const { engineTiers } = await import('../../curve/engine-has.ts');
  const capacities = flags.capacity?.map((one) => blocksIn(one, unit, '--capacity'));
  return {
    warmupShare: flags.warmup,
    engineBlockTokens: source.kind === 'trace' ? BLOCK_TOKENS : blockTokens,
    capacities: capacities && [...new Set(capacities)].sort((a, b) => a - b),
    ttlsSec: flags.ttl,
    bytesPerToken,
    window: flags.window,
    tiers: tiersIn(flags, unit) ?? engineTiers(source.engine),
  };
}

function tiersIn(
  { tiers, tierPolicy, tierChunkTokens, tierHolds }: Flags,
  unit: Parameters<typeof blocksIn>[1],
): TiersAsked | undefined {
  if (!tiers) return undefined;
  const chunkBlocks = (tierChunkTokens ?? unit.blockTokens) / unit.blockTokens;
  if (!Number.isInteger(chunkBlocks)) {
    throw new UsageError(
      `--tier-chunk-tokens: found ${tierChunkTokens}; expected a multiple of the block's ${unit.blockTokens} tokens`,
    );
  }
  return {
    tiers: tiers.map(({ name, size }) => ({ name, blocks: blocksIn(size, unit, '--tiers') })),
    isInclusive: tierPolicy === 'inclusive',
    chunkBlocks,
    isPromptOnly: tierHolds === 'prompts',
  };
}
