import type { Profile } from '../../engine/cost/profile.ts';
import { quantile } from '../../stats/exact.ts';
import { type Equations, type Estimate, type Fitted, fitConstants } from './fit.ts';
import type { Seen } from './seen.ts';
import { median } from './session.ts';
import { timelineOf, workMs, workOf } from './timeline.ts';

/** What is fitted: constants of a profile. */
export const CONSTANTS = [
  ...['weightsMs', 'tokenUs', 'headMs', 'contextTokenUs', 'pairNs', 'hostMs', 'apiMs'],
  ...['promptTokenUs', 'decodeRowUs', 'mixedFactor', 'eagerLaunchMs'],
] as const satisfies readonly (keyof Profile)[];

export type ConstantName = (typeof CONSTANTS)[number];

/** How steps follow each other. */
export interface Stepping {
  readonly name: 'in turn' | 'in turn, graphs' | 'pipelined';
  readonly profile: Partial<Profile>;
  /** Constants that do not show in it. */
  readonly without: readonly ConstantName[];
}

/** Batches that vLLM captures CUDA graphs for by default: 1, 2, 4, by eights to 256, by sixteens to 512. */
const GRAPH_SIZES = [
  ...[1, 2, 4],
  ...Array.from({ length: 31 }, (_, index) => 8 * (index + 1)),
  ...Array.from({ length: 17 }, (_, index) => 256 + 16 * index),
];

/** The simplest first: another has to fit better by more than chance. */
const STEPPINGS: readonly Stepping[] = [
  { name: 'in turn', profile: {}, without: ['eagerLaunchMs'] },
  { name: 'in turn, graphs', profile: { graphSizes: GRAPH_SIZES }, without: [] },
  {
    name: 'pipelined',
    profile: {
      ...{ asyncScheduling: true, apiReadShare: 0.4, transfersInTurn: true },
      graphSizes: GRAPH_SIZES,
    },
    // Hidden below the steps, and in the launch of those that it shows in.
    without: ['hostMs'],
  },
];

/** So much smaller a misfit is worth a constant more. */
const BETTER = 0.9;

export interface Constants {
  readonly values: Readonly<Record<ConstantName, number>>;
  readonly estimates: Readonly<Partial<Record<ConstantName, Estimate>>>;
  /** Of the errors of two of them, each pair once. */
  readonly correlations: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly stepping: Stepping;
  readonly maxBatchedTokens: number;
  readonly residuals: readonly Residual[];
  readonly misfit: number;
  /** Of the other ways that steps may follow each other. */
  readonly misfits: Readonly<Record<string, number>>;
}

/** One design of probes: what was measured, in the mean, and what the fitted constants make of it. */
export interface Residual {
  readonly what: string;
  readonly kind: Seen['kind'];
  readonly probes: number;
  readonly ms: number;
  readonly predictedMs: number;
  /** Of the probes about their median: half the width of their middle half. */
  readonly spreadMs: number;
}

/** What a profile has that no time of a step tells. */
const FRAME: Profile = {
  description: '',
  ...{ weightsMs: 0, tokenUs: 0, headMs: 0, attentionLaunchMs: 0, contextTokenUs: 0, pairNs: 0 },
  ...{ hostMs: 0, blocks: 2, kvBytesPerToken: 1, hostReadGBps: 1, hostWriteGBps: 1 },
};

/** The probes of a design, and the one in the middle of them. */
interface Design {
  readonly seen: Seen;
  readonly all: readonly Seen[];
}

interface Fit {
  readonly budget: number;
  readonly stepping: Stepping;
  readonly fitted: Fitted;
}

/**
 * Constants by which the probes come out as they did.
 * @param budgets what the tokens of a step may be: the one that fits best is taken
 */
export function constantsOf(seen: readonly Seen[], budgets: readonly number[]): Constants {
  const designs = designsOf(seen);
  const aheadMs = launchedAheadMs(designs);
  const steppings = aheadMs === undefined ? STEPPINGS : [pipelinedBy(aheadMs)];
  const fits = steppings.map((stepping) =>
    budgets
      .map((budget) => fitWith(designs, budget, stepping))
      .reduce((a, b) => (b.fitted.misfit < a.fitted.misfit ? b : a)),
  );
  const { budget, stepping, fitted } = fits.reduce((best, one) =>
    one.fitted.misfit < BETTER * best.fitted.misfit - EXACT ? one : best,
  );
  const pairs = CONSTANTS.map((name, index) => [name, index] as const);
  return {
    values: Object.fromEntries(
      pairs.map(([name, at]) => [name, fitted.values[at]]),
    ) as Constants['values'],
    estimates: Object.fromEntries(
      pairs.flatMap(([name, at]) => (fitted.estimates[at] ? [[name, fitted.estimates[at]]] : [])),
    ),
    correlations: correlationsOf(fitted),
    stepping,
    maxBatchedTokens: budget,
    misfit: fitted.misfit,
    misfits: Object.fromEntries(fits.map((one) => [one.stepping.name, one.fitted.misfit])),
    residuals: designs.map(({ seen: { what, kind, ms }, all }, row) => ({
      ...{ what, kind, ms, probes: all.length },
      predictedMs: fitted.predictedMs[row]!,
      spreadMs: spreadOf(all),
    })),
  };
}

/** A prompt of so few tokens is computed in one step, which is launched long before it has ended. */
const SHORT_TOKENS = 256;
/** Of a step: a first token that comes so much later than the end of the gap was launched ahead. */
const LAG_SHARE = 0.2;

/**
 * Where steps are launched ahead, the result of a prompt's step is read when the next one, a graph, has been launched:
 * how long that takes. undefined: nothing says so.
 */
function launchedAheadMs(designs: readonly Design[]): number | undefined {
  const lags = designs.flatMap(({ all }) =>
    all.flatMap((one) =>
      one.kind === 'mixed' && one.inputTokens <= SHORT_TOKENS ? (one.lagMs ?? []) : [],
    ),
  );
  const stepsMs = designs.flatMap(({ seen }) => (seen.kind === 'decode' ? [seen.ms] : []));
  const lag = lags.length ? median(lags) : 0;
  return lag > LAG_SHARE * Math.min(...stepsMs) ? lag : undefined;
}

function pipelinedBy(graphLaunchMs: number): Stepping {
  const pipelined = STEPPINGS.find(({ name }) => name === 'pipelined')!;
  return { ...pipelined, profile: { ...pipelined.profile, graphLaunchMs } };
}

/** Of constants that only their sum is known of it is all but -1. */
const CORRELATION_DIGITS = 9;

function correlationsOf({ correlations }: Fitted): Constants['correlations'] {
  const named = (entries: Iterable<readonly [number, number]>) =>
    [...entries].map(([at, value]) => [CONSTANTS[at]!, Number(value.toFixed(CORRELATION_DIGITS))]);
  const rows = [...correlations].filter(([, others]) => others.size > 0);
  return Object.fromEntries(
    rows.map(([at, others]) => [CONSTANTS[at]!, Object.fromEntries(named(others))]),
  );
}

/** A misfit that is none. */
const EXACT = 1e-3;

function fitWith(designs: readonly Design[], budget: number, stepping: Stepping): Fit {
  const start = startOf(designs);
  const fixed = stepping.without.map((name) => CONSTANTS.indexOf(name));
  const begin = start.map((value, index) => (fixed.includes(index) ? 0 : value));
  const options = { start: begin, scales: start, fixed, hints: hintsOf(start), lowest: LOWEST };
  return {
    budget,
    stepping,
    fitted: fitConstants(equationsOf(designs, budget, stepping), options),
  };
}

const LOWEST = CONSTANTS.map((name) => (name === 'mixedFactor' ? 1 : 0));

/** What kernels' profiles say, for what the probes say little of. */
function hintsOf(start: readonly number[]): { index: number; value: number; width: number }[] {
  const hint = (name: ConstantName, value: number, width: number) => ({
    index: CONSTANTS.indexOf(name),
    value,
    width,
  });
  const weightsMs = start[0]!;
  return [
    hint('headMs', 0.06 * weightsMs, 0.06 * weightsMs),
    hint('decodeRowUs', 4, 10),
    hint('mixedFactor', 1.5, 0.3),
    hint('promptTokenUs', 0.5, 1),
  ];
}

/** How well steps are described: those that decode alone are most of an answer's, and alike. */
const SHARES = { prefill: 0.02, decode: 0.005, mixed: 0.02 } as const satisfies Record<
  Seen['kind'],
  number
>;

function equationsOf(designs: readonly Design[], budget: number, stepping: Stepping): Equations {
  const apiAt = CONSTANTS.indexOf('apiMs');
  const promptAt = CONSTANTS.indexOf('promptTokenUs');
  const works = designs.map(({ seen }) => workOf(seen, budget));
  return {
    ms: designs.map(({ seen }) => seen.ms),
    shares: designs.map(({ seen: { kind } }) => SHARES[kind]),
    // Host times vary from one launch to the next; steps of graphs hardly do.
    spreadMs: designs.map(({ all }) => spreadOf(all)),
    predicted(values) {
      const timeline = timelineOf(profileWith(values, stepping));
      return designs.map(({ seen }, index) => {
        const engineMs = workMs(timeline, works[index]!);
        if (seen.kind !== 'prefill') return engineMs;
        return engineMs + values[apiAt]! + (values[promptAt]! / 1e3) * seen.inputTokens;
      });
    },
  };
}

export function profileWith(values: readonly number[], stepping: Stepping): Profile {
  const own = CONSTANTS.map((name, index) => [name, values[index]!] as const);
  return { ...FRAME, ...stepping.profile, ...Object.fromEntries(own) };
}

/** Repetitions of a design that did the very same; the one in the middle stands for them. */
function designsOf(seen: readonly Seen[]): Design[] {
  const groups = new Map<string, Seen[]>();
  for (const one of seen) {
    const steps = one.kind === 'mixed' ? one.steps : '';
    const cached = one.kind === 'prefill' ? one.cachedTokens : '';
    const key = `${one.what} ${steps} ${cached}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].map((all) => {
    const middle = median(all.map(({ ms }) => ms));
    const near = all.toSorted((a, b) => Math.abs(a.ms - middle) - Math.abs(b.ms - middle))[0]!;
    return { seen: { ...near, ms: middle }, all };
  });
}

function spreadOf(all: readonly Seen[]): number {
  const sorted = Float64Array.from(all, ({ ms }) => ms).sort();
  return (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 2;
}

/** Near enough for the search: by the shortest decode step, the shortest and the longest prompt. */
function startOf(designs: readonly Design[]): number[] {
  const stepsMs = designs.flatMap(({ seen }) => (seen.kind === 'decode' ? [seen.ms] : []));
  const step = stepsMs.length ? Math.min(...stepsMs) : 10;
  const prefills = designs.flatMap(({ seen }) =>
    seen.kind === 'prefill' && seen.cachedTokens === 0 ? [seen] : [],
  );
  const shortest = prefills.reduce((a, b) => (a.inputTokens <= b.inputTokens ? a : b));
  const longest = prefills.reduce((a, b) => (a.inputTokens >= b.inputTokens ? a : b));
  const slopeUs =
    ((longest.ms - shortest.ms) / Math.max(1, longest.inputTokens - shortest.inputTokens)) * 1e3;
  const tokenUs = Math.max(0.01, slopeUs * 0.9);
  const start: Record<ConstantName, number> = {
    weightsMs: 0.85 * step,
    tokenUs,
    headMs: 0.05 * step,
    contextTokenUs: 0.002 * tokenUs,
    pairNs: 0.05 * tokenUs,
    hostMs: 0.08 * step,
    apiMs: Math.max(0.1, shortest.ms - step),
    promptTokenUs: 0.01 * tokenUs,
    decodeRowUs: 4,
    mixedFactor: 1.5,
    eagerLaunchMs: step,
  };
  return CONSTANTS.map((name) => start[name]);
}
