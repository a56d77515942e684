import { UsageError } from '../../base/errors.ts';
import {
  type Curve,
  type PresetName,
  presetCurve,
  type Steps,
} from '../../workload/timed/curve.ts';
import { readCurve } from '../../workload/timed/curve-file.ts';
import { tracePlan } from '../../workload/timed/from-trace.ts';
import { level, patterned } from '../../workload/timed/patterned.ts';
import type { Factors, Plan } from '../../workload/timed/planned.ts';
import { readCloudIde } from '../../workload/timed/stat/cloudide.ts';
import { readMaas } from '../../workload/timed/stat/maas.ts';
import { statPlan } from '../../workload/timed/stat/stat.ts';
import { factsOf, formatOf, TRACE_FORMATS } from '../../workload/traces/formats/formats.ts';
import { say } from '../terminal/stderr.ts';
import type { WorkloadFlags, WorkloadType } from './flags.ts';

type FlagName = keyof WorkloadFlags;

/** Requests with times and lengths; what their texts need is said beside them. */
export interface Planning {
  readonly plan: Plan;
  /** Whether every request has a length, so that its prompt can be made. */
  readonly hasLengths: boolean;
  /** Tokens of a hashed block, of a trace that has them. */
  readonly blockTokens?: number | undefined;
  /** What the user should know of it. */
  readonly notes?: readonly string[];
}

interface TypeRow {
  readonly says: string;
  /** Flags that mean something to it, beside those that do to all. */
  readonly reads: readonly FlagName[];
  plan(flags: WorkloadFlags): Planning | Promise<Planning>;
}

/** One row a type of workload but the agents', whose requests come with their texts. */
export const PLANNED_TYPES = {
  constant: {
    says: 'Poisson arrivals at --qps',
    reads: ['qps', 'promptLen', 'completionLen'],
    plan: planConstant,
  },
  synthetic: {
    says: 'the rate, and lengths too, on curves: presets, or a JSON file each',
    reads: [
      ...(['qps', 'promptLen', 'completionLen', 'trafficPattern', 'promptLenPattern'] as const),
      ...(['completionLenPattern', 'trafficPatternConfig', 'promptLenPatternConfig'] as const),
      'completionLenPatternConfig',
    ],
    plan: planSynthetic,
  },
  stat: {
    says: 'rates and percentiles of lengths over time, from CSV files of a dashboard',
    reads: ['trafficFile', 'promptLenFile', 'completionLenFile', 'statTraceType'],
    plan: planStat,
  },
  azure: {
    says: "Azure's LLM inference traces of 2023 and 2024: their times and lengths",
    reads: ['trafficFile', 'groupIntervalSeconds'],
    plan: (flags) => planTrace(flags, 'azure', flags.groupIntervalSeconds * 1000),
  },
  mooncake: {
    says: "Mooncake's: their lengths, and the same text for the same block",
    reads: ['trafficFile'],
    plan: (flags) => planTrace(flags, 'mooncake', 0),
  },
  trace: {
    says: 'any trace of lengths that `confab run` plays',
    reads: ['trafficFile'],
    plan: (flags) => planTrace(flags, 'auto', 0),
  },
} as const satisfies Record<Exclude<WorkloadType, 'agent'>, TypeRow>;

/** Flags that mean something to every type; a line of AIBrix's has the intervals whatever the type. */
const COMMON: readonly FlagName[] = [
  ...(['type', 'seed', 'tokenizer', 'interval', 'groupIntervalSeconds'] as const),
  ...(['outputDir', 'outputFormat', 'figures', 'wide'] as const),
];

/** Flags that mean something to every planned type. */
const PLANNED: readonly FlagName[] = [
  ...(['duration', 'promptFile', 'lengths', 'maxConcurrentSessions'] as const),
  ...(['rateFactor', 'promptFactor', 'completionFactor'] as const),
  ...(['qpsScale', 'inputScale', 'outputScale'] as const),
];

/** Flags that a type has a use for. */
export function flagsReadBy(type: WorkloadType): readonly string[] {
  if (type === 'agent') return [...COMMON, 'agentConfig'];
  return [...COMMON, ...PLANNED, ...PLANNED_TYPES[type].reads];
}

/** As AIBrix's presets have them. */
const PRESET_QPS = 6;
const PRESET_TOKENS = 1024;

function planConstant(flags: WorkloadFlags): Planning {
  const { qps = 1, promptLen, completionLen } = flags;
  return curved(flags, {
    rate: level(qps),
    inputTokens: promptLen === undefined ? undefined : level(promptLen),
    outputTokens: completionLen === undefined ? undefined : level(completionLen),
  });
}

function planSynthetic(flags: WorkloadFlags): Planning {
  const steps = stepsOf(flags);
  const curve = (preset: PresetName | undefined, file: string | undefined, mean: number) => {
    if (preset) return presetCurve(preset, mean, steps.durationMs);
    return file === undefined ? undefined : readCurve(file, steps);
  };
  const { qps = PRESET_QPS, promptLen, completionLen } = flags;
  const rate = curve(flags.trafficPattern, flags.trafficPatternConfig, qps);
  if (!rate) {
    throw new UsageError(
      '--traffic-pattern: missing; synthetic needs it, or --traffic-pattern-config',
    );
  }
  const tokens = (
    preset: PresetName | undefined,
    file: string | undefined,
    asked: number | undefined,
  ) =>
    curve(preset, file, asked ?? PRESET_TOKENS) ?? (asked === undefined ? undefined : level(asked));
  return curved(flags, {
    rate,
    inputTokens: tokens(flags.promptLenPattern, flags.promptLenPatternConfig, promptLen),
    outputTokens: tokens(
      flags.completionLenPattern,
      flags.completionLenPatternConfig,
      completionLen,
    ),
  });
}

interface Curves {
  readonly rate: Curve;
  readonly inputTokens: Curve | undefined;
  readonly outputTokens: Curve | undefined;
}

function curved(flags: WorkloadFlags, curves: Curves): Planning {
  const options = { seed: seedOf(flags), steps: stepsOf(flags), factors: factorsOf(flags) };
  return {
    plan: patterned({ ...options, ...curves }),
    hasLengths: curves.inputTokens !== undefined,
  };
}

function planStat(flags: WorkloadFlags): Planning {
  const files = {
    traffic: fileOf(flags, 'a CSV of rates'),
    promptLengths: flags.promptLenFile,
    completionLengths: flags.completionLenFile,
  };
  const sections = flags.statTraceType === 'maas' ? readMaas(files) : readCloudIde(files);
  const endMs = sections.reduce((sum, { lengthMs }) => sum + lengthMs, 0);
  const isShort = endMs < flags.duration;
  return {
    plan: statPlan({
      seed: seedOf(flags),
      durationMs: flags.duration,
      sections,
      factors: factorsOf(flags),
    }),
    hasLengths: sections.every(({ inputTokens, perSec }) => inputTokens || perSec === 0),
    notes: isShort ? [`${files.traffic} ends after ${endMs / 1000} s, before --duration does`] : [],
  };
}

async function planTrace(flags: WorkloadFlags, name: string, groupMs: number): Promise<Planning> {
  const file = fileOf(flags, 'a trace');
  const format = await formatOf(file, name, TRACE_FORMATS);
  const { blockTokens } = await factsOf(format, file);
  refuseForBlocks(flags, format.name, blockTokens);
  const [durationMs, factors] = [flags.duration, factorsOf(flags)];
  return {
    plan: tracePlan({ file, format, blockTokens, durationMs, groupMs, factors, warn: say }),
    hasLengths: true,
    blockTokens,
  };
}

/** Blocks stand for texts of their own, in their own lengths. */
function refuseForBlocks(flags: WorkloadFlags, name: string, blockTokens?: number): void {
  if (blockTokens === undefined) return;
  if (flags.promptFile !== undefined) {
    throw new UsageError(
      `--prompt-file: found ${flags.promptFile}; expected none: the blocks of a ${name} trace say which prompts begin alike, and their texts are made`,
    );
  }
  if (factorsOf(flags).input !== 1) {
    throw new UsageError(
      `--prompt-factor: found a factor for a ${name} trace; expected none: its lengths are those of its blocks`,
    );
  }
}

function fileOf({ trafficFile, type }: WorkloadFlags, what: string): string {
  if (trafficFile !== undefined) return trafficFile;
  throw new UsageError(`--traffic-file: missing; ${type} needs ${what}`);
}

function stepsOf({ duration, interval }: WorkloadFlags): Steps {
  return { durationMs: duration, intervalMs: interval };
}

export function seedOf({ seed }: WorkloadFlags): string {
  return seed ?? '0';
}

function factorsOf(flags: WorkloadFlags): Factors {
  return {
    rate: flags.rateFactor ?? 1 / (flags.qpsScale ?? 1),
    input: flags.promptFactor ?? 1 / (flags.inputScale ?? 1),
    output: flags.completionFactor ?? 1 / (flags.outputScale ?? 1),
  };
}
