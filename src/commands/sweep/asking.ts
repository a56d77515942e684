import { UsageError } from '../../base/errors.ts';
import { isObject } from '../../base/json.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { type Axis, axisOf, axisOfValues } from '../../sweep/axis.ts';
import { columnsOf, SHOWN } from '../../sweep/columns.ts';
import { limitTexts } from '../../sweep/limits.ts';
import type { ServerSettings } from '../../sweep/server.ts';
import { limitsOf } from '../../sweep/slo.ts';
import type { Asked, AskedSearch } from './asked.ts';
import type { SweepFlags } from './flags.ts';
import { KNOBS, LABEL } from './knobs.ts';

const RUNS_MAX = 60;
const REPEATS_MAX = 6;
const PRECISION = 0.05;
const LEAST = 0.001;
const MOST = 100_000;
const HEALTH_TIMEOUT_SEC = 600;

/** What a command line asks for. @throws UsageError with all that contradicts itself. */
export function askedBy(scenario: Scenario, flags: SweepFlags): Asked {
  const axes = axesOf(flags);
  const { findMax, slo, simulate: isSimulated = false, repeats = 1, isolate } = flags;
  checkTogether(flags, axes);
  const limited: Scenario = {
    ...withSlo(scenario, slo),
    output: { ...scenario.output, exports: exportsOf(scenario) },
  };
  const server = serverOf(flags);
  if (flags.keepCache && !isSimulated && scenario.target.url === 'embedded') {
    throw new UsageError(
      '--keep-cache: found it with the engine that is built in, of which every run has its own; expected --simulate, or a server: --url',
    );
  }
  if (isolate && (isSimulated || scenario.target.url === 'embedded')) {
    throw new UsageError(
      '--isolate: found it with the engine that is built in, of which every run has its own; expected a server: --url',
    );
  }
  if (server && (isSimulated || scenario.target.url === 'embedded')) {
    throw new UsageError(
      `found ${SERVER_FLAGS.filter(([key]) => flags[key] !== undefined)
        .map(([, name]) => name)
        .join(
          ', ',
        )} with ${isSimulated ? '--simulate' : 'the engine that is built in'}; expected a server: --url`,
    );
  }
  return {
    ...(flags.keepCache && { keepsCache: true }),
    scenario: findMax ? withErrorLimit(limited) : limited,
    isSimulated,
    axes,
    repeats,
    ...(isolate && { isolate }),
    ...(findMax && { search: searchOf(flags, scenario) }),
    columns: columnsOf(flags.show ?? SHOWN).map(({ name }) => name),
    ...(!isSimulated &&
      scenario.target.url !== 'embedded' && {
        server: server ?? { healthTimeoutSec: HEALTH_TIMEOUT_SEC, restSec: 0 },
      }),
  };
}

/** With what `--slo` says as well. @throws UsageError for what is no limit. */
export function withSlo(scenario: Scenario, slo: string | undefined): Scenario {
  const limits = slo === undefined ? undefined : limitsOf(slo);
  return {
    ...scenario,
    ...(limits?.slo && { slo: { ...scenario.slo, ...limits.slo } }),
    thresholds: merged(scenario.thresholds, limits?.thresholds ?? {}),
  };
}

function axesOf({ over, rates, labels }: SweepFlags): Axis[] {
  return [
    ...over.map((text) => axisOf(text)),
    ...(rates === undefined ? [] : [axisOfValues('rate', rates, '--rates')]),
    ...(labels === undefined ? [] : [axisOfValues(LABEL, labels, '--labels')]),
  ];
}

const SEARCH_FLAGS = [
  ['from', '--from'],
  ['least', '--least'],
  ['most', '--most'],
  ['precision', '--precision'],
  ['maxRepeats', '--max-repeats'],
  ['maxRuns', '--max-runs'],
] as const;

const SERVER_FLAGS = [
  ['start', '--start'],
  ['health', '--health'],
  ['healthTimeout', '--health-timeout'],
  ['reset', '--reset'],
  ['before', '--before'],
  ['rest', '--rest'],
] as const;

function checkTogether(flags: SweepFlags, axes: readonly Axis[]): void {
  const problems: string[] = [];
  const { findMax, repeats, workers, simulate } = flags;
  if (findMax === undefined) {
    if (axes.length === 0) {
      problems.push(
        'nothing to vary: expected --over name=values, as in --over rate=1..8:1, or --find-max',
      );
    }
    for (const [key, name] of SEARCH_FLAGS) {
      if (flags[key] !== undefined) problems.push(`${name}: needs --find-max`);
    }
  } else {
    if (axes.length > 0) {
      problems.push('found --find-max with --over, --rates or --labels; expected one of them');
    }
    if (repeats !== undefined) {
      problems.push(
        'found --find-max with --repeats; expected --max-repeats: it repeats what is undecided',
      );
    }
  }
  problems.push(...keepingProblems(flags));
  if (workers !== undefined && !simulate) problems.push('--workers: needs --simulate');
  if (problems.length > 0) throw new UsageError(problems);
}

/** What empties the cache that is to be kept, or plays beside it. */
function keepingProblems(flags: SweepFlags): string[] {
  if (!flags.keepCache) return [];
  const against = (['start', 'reset', 'isolate', 'workers'] as const).filter(
    (key) => flags[key] !== undefined,
  );
  return against.map((key) => `found --keep-cache with --${key}; expected one of them`);
}

function searchOf(flags: SweepFlags, scenario: Scenario): AskedSearch {
  const name = flags.findMax!;
  const { isWhole = false, start, most: mostIn } = KNOBS[name];
  const { least = isWhole ? 1 : LEAST, most = mostIn?.(scenario) ?? MOST } = flags;
  const from = flags.from ?? Math.min(most, Math.max(least, start(scenario) ?? 1));
  const problems = [
    ...(least < most
      ? []
      : [`--least: found ${least} and --most ${most}; expected less than that`]),
    ...(from >= least && from <= most
      ? []
      : [`--from: found ${from}; expected ${least} to ${most}`]),
    ...[least, most, from]
      .filter((x) => isWhole && !Number.isInteger(x))
      .map((x) => `--find-max ${name}: found ${x}; expected whole numbers`),
    ...(flags.slo === undefined && Object.keys(scenario.thresholds).length === 0
      ? [
          '--slo: missing; expected limits with --find-max, as in ttft.p95<200, or thresholds in the scenario',
        ]
      : []),
  ];
  if (problems.length > 0) throw new UsageError(problems);
  return {
    name,
    start: from,
    min: least,
    max: most,
    precision: flags.precision ?? PRECISION,
    repeatsMax: flags.maxRepeats ?? REPEATS_MAX,
    runsMax: flags.maxRuns ?? RUNS_MAX,
  };
}

const ERROR_RATES = ['maxErrorRate', 'counts.errorRate'];

/** A failed request means that there is too much, unless some may fail. */
export function withErrorLimit(scenario: Scenario): Scenario {
  const { thresholds } = scenario;
  const isLimited = limitTexts(thresholds).some(({ name }) => ERROR_RATES.includes(name));
  return isLimited ? scenario : { ...scenario, thresholds: { ...thresholds, maxErrorRate: 0 } };
}

function serverOf(flags: SweepFlags): ServerSettings | undefined {
  if (SERVER_FLAGS.every(([key]) => flags[key] === undefined)) return undefined;
  const { start, health, healthTimeout, reset, before, rest } = flags;
  return {
    ...(start !== undefined && { start }),
    ...(health !== undefined && { health }),
    ...(reset !== undefined && { reset }),
    ...(before !== undefined && { before }),
    healthTimeoutSec: healthTimeout ?? HEALTH_TIMEOUT_SEC,
    restSec: rest ?? 0,
  };
}

/** Those in the run folder; one file is no place for many runs. */
function exportsOf({ output }: Scenario): Scenario['output']['exports'] {
  for (const [index, { file }] of output.exports.entries()) {
    if (file === undefined) continue;
    throw new UsageError(
      `output.exports.${index}.file: found ${file}, which every run would write; expected none: then each writes into its own folder`,
    );
  }
  return output.exports;
}

function merged<T>(before: T, more: T): T {
  if (!isObject(before) || !isObject(more)) return more;
  const all: Record<string, unknown> = { ...before };
  for (const [key, value] of Object.entries(more)) all[key] = merged(all[key], value);
  return all as T;
}
