import { basename, dirname, join } from 'node:path';
import { Command } from 'commander';
import { UsageError } from '../../base/errors.ts';
import { stream } from '../../base/random.ts';
import { percent } from '../../report/number.ts';
import { type PrefixStats, prefixStats } from '../../workload/datasets/prefix-stats.ts';
import { PREFIX_PRESETS, type PrefixPresetName } from '../../workload/datasets/presets.ts';
import {
  LENGTH_FLAG,
  type PrefixConfig,
  SHARE_FLAG,
  type SharedPrompt,
  sharedPrompts,
} from '../../workload/datasets/shared-prefix.ts';
import { poissonTimes, workloadLines } from '../../workload/datasets/timed.ts';
import { shuffled } from '../../workload/draw/shuffle.ts';
import { writeWhole } from '../../workload/files/whole-file.ts';
import { type Flag, withFlags } from '../flags/flag-table.ts';
import { number, oneOf } from '../flags/options.ts';
import { say } from '../terminal/stderr.ts';
import {
  amountFrom,
  amountsFrom,
  checkFiles,
  checkSize,
  type MakingFlags,
  madeText,
  makingFlags,
  openMaterial,
  statsFileOf,
  summaryText,
} from './making.ts';

interface Flags extends MakingFlags, Lists {
  readonly preset?: readonly PrefixPresetName[];
  readonly numConfigs?: number;
  readonly rps: number;
  readonly randomizeOrder?: boolean;
  readonly toWorkload?: boolean;
  readonly appName: string;
}

/** One value for each configuration; a number alone where none was given. */
interface Lists {
  readonly promptLength: number | readonly number[];
  readonly promptLengthStd: number | readonly number[];
  readonly sharedProportion: number | readonly number[];
  readonly sharedProportionStd: number | readonly number[];
  readonly numSamplesPerPrefix: number | readonly number[];
  readonly numPrefix: number | readonly number[];
}

/** Names of their flags, for errors. */
const LISTS: Readonly<Record<keyof Lists, string>> = {
  promptLength: LENGTH_FLAG,
  promptLengthStd: '--prompt-length-std',
  sharedProportion: SHARE_FLAG,
  sharedProportionStd: '--shared-proportion-std',
  numSamplesPerPrefix: '--num-samples-per-prefix',
  numPrefix: '--num-prefix',
};

const PRESET_NAMES = Object.keys(PREFIX_PRESETS) as PrefixPresetName[];

const flags: readonly Flag[] = [
  {
    flags: '--preset <names>',
    says: `lengths and shares as Preble measured them: ${PRESET_NAMES.join(', ')}; a comma between several configurations`,
    parse: (text) => text.split(',').map(oneOf(...PRESET_NAMES)),
  },
  {
    flags: '--prompt-length <tokens>',
    says: 'mean tokens of a prompt; here and below a comma between several configurations',
    parse: amountsFrom(1),
    default: 1000,
  },
  {
    flags: '--prompt-length-std <tokens>',
    says: 'their standard deviation',
    parse: amountsFrom(0),
    default: 100,
  },
  {
    flags: '--shared, --shared-proportion <share>',
    says: 'mean share of a prompt that its group has in common, 0 to 1',
    parse: amountsFrom(0),
    default: 0.9,
  },
  {
    flags: '--shared-std, --shared-proportion-std <share>',
    says: 'its standard deviation',
    parse: amountsFrom(0),
    default: 0.01,
  },
  {
    flags: '--samples, --num-samples-per-prefix <count>',
    says: 'prompts in each group',
    parse: amountsFrom(1, true),
    default: 200,
  },
  {
    flags: '--prefixes, --num-prefix <count>',
    says: 'groups',
    parse: amountsFrom(1, true),
    default: 10,
  },
  {
    flags: '--num-configs <count>',
    says: 'how many configurations there are to be; default: as many as are given',
    parse: amountFrom(1, true),
  },
  { flags: '--randomize-order', says: 'mix the groups; else they come one after the other' },
  { flags: '--to-workload', says: 'write a workload with times, of Poisson arrivals, for --rps' },
  {
    flags: '--rps <rate>',
    says: 'requests per second of --to-workload',
    parse: number(),
    default: 0,
  },
  {
    flags: '--app-name <name>',
    says: 'begins the name of the statistics of a workload',
    default: 'app',
  },
  ...makingFlags,
];

/** `confab dataset shared-prefix`: the flags of AIBrix's synthetic_prefix_sharing_dataset, and shorter names. */
export function sharedPrefixCommand(): Command {
  const command = new Command('shared-prefix').description(
    'Make prompts in groups that begin alike, with lengths and shares of given mean and deviation.',
  );
  return withFlags(command, flags).action(async (given: Flags, own: Command) => {
    await make(
      given,
      configsOf(given, (name) => own.getOptionValueSource(name) !== 'default'),
    );
  });
}

/** @throws UsageError where lists, presets and --num-configs are not of one length; what was not given fits any. */
function configsOf(given: Flags, isGiven: (name: string) => boolean): PrefixConfig[] {
  const names = (Object.keys(LISTS) as (keyof Lists)[]).filter(isGiven);
  const valuesOf = (name: keyof Lists): readonly number[] => [given[name]].flat();
  const presets = given.preset?.map((name) => PREFIX_PRESETS[name]);
  const lengths = [
    ...(given.numConfigs === undefined ? [] : [['--num-configs', given.numConfigs] as const]),
    ...(presets ? [['--preset', presets.length] as const] : []),
    ...names.map((name) => [LISTS[name], valuesOf(name).length] as const),
  ];
  const count = lengths[0]?.[1] ?? 1;
  if (lengths.some(([, length]) => length !== count)) {
    const found = lengths.map(([flag, length]) => `${flag} ${length}`).join(', ');
    throw new UsageError(`found configurations: ${found}; expected as many in each`);
  }
  return Array.from({ length: count }, (_, i) => {
    const preset = presets?.[i];
    const value = (name: keyof Lists, fallback?: number) =>
      isGiven(name) ? valuesOf(name)[i]! : (fallback ?? valuesOf(name)[0]!);
    return {
      promptTokens: {
        mean: value('promptLength', preset?.promptTokens.mean),
        std: value('promptLengthStd', preset?.promptTokens.std),
      },
      share: {
        mean: value('sharedProportion', preset?.share.mean),
        std: value('sharedProportionStd', preset?.share.std),
      },
      samples: value('numSamplesPerPrefix'),
      prefixes: value('numPrefix'),
    };
  });
}

async function make(given: Flags, configs: readonly PrefixConfig[]): Promise<void> {
  const { seed, output, rps, randomizeOrder = false, toWorkload = false } = given;
  if (toWorkload && !rps) {
    throw new UsageError('--rps: found 0; expected requests per second above 0 with --to-workload');
  }
  if (rps && !toWorkload) say('--rps means nothing without --to-workload: left out');
  for (const { samples, prefixes, promptTokens } of configs) {
    checkSize(samples * prefixes, promptTokens.mean);
  }
  const statsFile =
    given.stats ?? (toWorkload ? workloadStatsFile(given, configs) : statsFileOf(output));
  checkFiles(given, statsFile);
  const { corpus, tokenizer } = await openMaterial(given);
  const { prompts: made, says } = sharedPrompts(seed, corpus, configs);
  const prompts = randomizeOrder ? shuffled(stream(seed, 'order'), made) : made;
  const timesMs = toWorkload ? poissonTimes(seed, prompts.length, rps) : undefined;
  const measured = await prefixStats({ prompts, configs, says, tokenizer, timesMs });
  const lines = timesMs
    ? workloadLines(timesMs, (i) => requestOf(prompts[i]!, measured.tokens[i]!))
    : datasetLines(prompts, measured.tokens);
  await writeWhole(output, lines);
  const told = {
    ...measured.stats,
    ...{ tokenizer: given.tokenizer, seed },
    ...(toWorkload && { rps }),
    randomize_order: randomizeOrder,
  };
  await writeWhole(statsFile, [`${JSON.stringify(told, undefined, 2)}\n`]);
  process.stdout.write(
    `${[...corpus.notes, ...textOf(given, measured.stats, configs, statsFile)].join('\n')}\n`,
  );
}

function* datasetLines(prompts: readonly SharedPrompt[], tokens: readonly number[]) {
  for (const [i, { text, prefixGroup, configId }] of prompts.entries()) {
    const row = { prompt: text, token_count: tokens[i]! };
    yield `${JSON.stringify({ ...row, prefix_group: prefixGroup, config_id: configId })}\n`;
  }
}

function requestOf({ text, prefixGroup, configId }: SharedPrompt, tokens: number): object {
  return {
    prompt: text,
    prompt_length: tokens,
    output_length: null,
    prefix_group: prefixGroup,
    config_id: configId,
  };
}

/** AIBrix's name for it, beside the output; of several configurations, their lengths one after the other. */
function workloadStatsFile(
  { appName, rps, randomizeOrder, output }: Flags,
  configs: readonly PrefixConfig[],
): string {
  const tokens = (share: (mean: number) => number) =>
    configs.map(({ promptTokens, share: { mean } }) => Math.trunc(promptTokens.mean * share(mean)));
  const [prefix, suffix] = [tokens((mean) => mean), tokens((mean) => 1 - mean)];
  const lengths = `p${prefix.join('_')}-s${suffix.join('_')}`;
  const order = randomizeOrder ? '-randomized' : '';
  const name = `${appName}-prefix-share-workload-${lengths}-rps${rps}${order}-stats.json`;
  return join(dirname(output), basename(name));
}

function textOf(
  { output, toWorkload, wide }: Flags,
  stats: PrefixStats,
  configs: readonly PrefixConfig[],
  statsFile: string,
): string[] {
  const groups = configs.reduce((sum, { prefixes }) => sum + prefixes, 0);
  const what = toWorkload ? 'requests' : 'prompts';
  return [
    `${output}: ${stats.num_requests} ${what} in ${groups} groups, ${stats.num_tokens} tokens`,
    `statistics: ${statsFile}`,
    '',
    ...stats.config_stats.flatMap((config, i) => [
      `${configs.length > 1 ? `configuration ${i}, ` : ''}prompt tokens: ${madeText(configs[i]!.promptTokens, config.prompt_length_distribution, config.prompt_tokens)}`,
      `${configs.length > 1 ? `configuration ${i}, ` : ''}shared proportion: ${madeText(configs[i]!.share, config.shared_proportion_distribution, config.shared_proportion)}`,
    ]),
    `tokens that an earlier prompt begins with too: ${percent(stats.overall_sharing_ratio)}`,
    `tokens that another prompt begins with too: ${percent(stats.overall_prefix_proportion)}`,
    '',
    summaryText(
      {
        'prompt tokens': stats.prompt_tokens,
        'shared tokens': stats.shared_tokens,
        proportion: stats.shared_proportion,
      },
      wide,
    ),
  ];
}
