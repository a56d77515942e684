import { counted } from '../base/counted.ts';
import type { Rng } from '../base/random.ts';
import type { ArrivalSettings, Process, SettingsOf } from '../scenario/arrivals.ts';
import { MOST } from '../scenario/bounds.ts';
import type { Distribution } from '../scenario/distribution.ts';
import { sampler } from '../workload/draw/distribution.ts';
import { gammaWindowTimes, readGammaWindows } from '../workload/draw/gamma-windows.ts';
import { RandomState } from '../workload/draw/numpy.ts';
import { curveTimes, rateTimes } from './changing-rates.ts';

/** What an arrival process may go by. */
export interface Given {
  /** A stream of the process's own: the same draws for the same scenario. */
  readonly rng: Rng;
  /** When each conversation is due, of a workload that says so; in order, from any zero. */
  readonly traceMs: readonly number[] | undefined;
}

/** What is said about a process besides its settings. */
export interface Told {
  readonly users: number | undefined;
  /** Writes a number as reports do. */
  readonly measure: (value: number) => string;
}

interface Facts {
  /** Nothing but a stop or a number of users ends it. */
  readonly isEndless: boolean;
  /** Mean rate of new conversations, as configured; undefined where no setting says. */
  readonly usersPerSec?: number;
  /** Coefficient of variation of the gaps between arrivals, as configured; undefined where no setting says. */
  readonly gapCv?: number | undefined;
  /** In a report, after the word for its loop. */
  text(told: Told): string;
}

/** Conversations come on their own schedule, however slow the engine is. */
export interface OpenProcess extends Facts {
  readonly loop: 'open';
  /**
   * When one conversation after the other is due, milliseconds from the first, which is at 0; never before the
   * one before it. Ends where the process does. A rate that changes with time is one that this generator keeps.
   */
  times(given: Given): Generator<number>;
  /**
   * Of a resumed run, the conversations that are left: come as if they were the first of a fresh start, or at
   * their own times, counted from the first of them, as all of a process that ends do.
   */
  readonly resumes: 'afresh' | 'atOwnTimes';
}

/** So many conversations at all times: the next comes when one has ended. */
export interface ClosedProcess extends Facts {
  readonly loop: 'closed';
  readonly slots: number;
  /** Its first turns, which all come at once, are to be kept apart from the others. */
  readonly hasStartUp: boolean;
  /** Who takes them from one queue; undefined: each slot has a sequence of its own. */
  readonly clients?: SettingsOf<'clients'>;
}

export type ArrivalProcess = OpenProcess | ClosedProcess;

/** How a process is made of its settings. */
export type ProcessTable = { readonly [P in Process]: (settings: SettingsOf<P>) => ArrivalProcess };

/** One row a process. Rules of what its settings must be are in scenario/arrivals.ts. */
export const PROCESSES = {
  constant: (settings) => atRate(settings, { gaps: gapMs(settings), gapCv: 0 }),
  poisson: (settings) =>
    atRate(settings, {
      gaps: { distribution: 'exponential', mean: gapMs(settings) },
      gapCv: 1,
    }),
  gamma({ cv: gapCv, numpy, ...settings }) {
    const mean = gapMs(settings);
    const cv = gapCv ?? 1;
    const process = atRate(settings, { gaps: { distribution: 'gamma', mean, cv }, gapCv });
    return numpy ? { ...process, times: () => atGaps(numpyGamma(mean, cv, numpy)) } : process;
  },
  lognormal({ sigma = 1, numpy, ...settings }) {
    const mean = gapMs(settings);
    const process = atRate(settings, {
      gaps: { distribution: 'lognormal', mean, sigma },
      // cv^2 = exp(sigma^2) - 1
      gapCv: Math.sqrt(Math.expm1(sigma ** 2)),
    });
    return numpy
      ? { ...process, times: () => atGaps(numpyLognormal(mean, sigma, numpy)) }
      : process;
  },
  gammaWindows({ windows, file, windowSec, speedup }) {
    const each = windows ?? readGammaWindows(file!);
    return {
      loop: 'open',
      times: ({ rng }) => gammaWindowTimes(rng, { windows: each, windowSec, speedup }),
      resumes: 'afresh',
      isEndless: true,
      text: ({ measure }) =>
        `gamma arrivals with ${counted(each.length, 'window')} of ${measure(windowSec)} s${speedup === 1 ? '' : `, ${measure(speedup)} times as fast`}`,
    };
  },
  curve: (settings) => ({
    loop: 'open',
    times: ({ rng }) => curveTimes(settings, rng),
    resumes: 'atOwnTimes',
    isEndless: true,
    // A rising rate stays above its mean.
    ...(!settings.rising && settings.swing <= 1 && { usersPerSec: settings.usersPerSec }),
    text({ measure }) {
      const { usersPerSec, swing, periodSec, rising } = settings;
      const [low, top] = [rising ? 1 : Math.max(0, 1 - swing), 1 + swing];
      return `Poisson arrivals at a rate that ${rising ? 'rises' : 'goes up and down'} from ${measure(usersPerSec * low)} to ${measure(usersPerSec * top)} conversations/s, period ${measure(periodSec)} s`;
    },
  }),
  rates: (settings) => ({
    loop: 'open',
    times: ({ rng }) => rateTimes(settings, rng),
    resumes: 'atOwnTimes',
    isEndless: false,
    text: ({ measure }) =>
      `Poisson arrivals at ${counted(settings.perSec.length, 'rate')} of ${measure(settings.stepSec)} s each, ${measure(Math.min(...settings.perSec))} to ${measure(Math.max(...settings.perSec))} conversations/s`,
  }),
  allAtOnce: () => ({
    loop: 'open',
    times: () => atGaps(() => 0),
    resumes: 'afresh',
    isEndless: true,
    text: ({ users }) => `all ${users === undefined ? '' : `${users} `}conversations at once`,
  }),
  trace: ({ slowdown }) => ({
    loop: 'open',
    times: ({ traceMs }) => atTimes(traceMs, slowdown),
    resumes: 'atOwnTimes',
    isEndless: false,
    text: ({ measure }) =>
      `at the times of the trace${slowdown === 1 ? '' : slowdown < 1 ? `, ${measure(1 / slowdown)} times as fast` : `, stretched ${measure(slowdown)} times`}`,
  }),
  closed: ({ concurrency, startUp }) => ({
    loop: 'closed',
    slots: concurrency,
    hasStartUp: startUp === 'apart',
    isEndless: true,
    text: () => `${counted(concurrency, 'conversation')} at all times`,
  }),
  clients: (settings) => ({
    loop: 'closed',
    slots: settings.clients * settings.conversationsEach,
    hasStartUp: false,
    clients: settings,
    isEndless: true,
    text: () =>
      `${counted(settings.clients, 'client')} with ${counted(settings.conversationsEach, 'conversation')} each, from one queue`,
  }),
} satisfies ProcessTable;

export function processOf(settings: ArrivalSettings): ArrivalProcess {
  const make = PROCESSES[settings.process] as (settings: ArrivalSettings) => ArrivalProcess;
  return make(settings);
}

interface RateSettings {
  readonly process: Process;
  readonly usersPerSec: number;
}

function gapMs({ usersPerSec }: RateSettings): number {
  return 1000 / usersPerSec;
}

/** Gaps of one distribution, in milliseconds, drawn one after the other. */
function atRate(
  { process, usersPerSec }: RateSettings,
  { gaps, gapCv }: { gaps: Distribution; gapCv: number | undefined },
): OpenProcess {
  return {
    loop: 'open',
    times({ rng }) {
      const draw = sampler(gaps, MOST.seconds * 1000);
      return atGaps(() => draw(rng));
    },
    resumes: 'afresh',
    isEndless: true,
    usersPerSec,
    gapCv,
    text: ({ measure }) =>
      `${process} arrivals, ${measure(usersPerSec)} conversations/s configured`,
  };
}

function numpyLognormal(mean: number, sigma: number, numpy: Numpy): () => number {
  const mu = Math.log(mean) - sigma ** 2 / 2;
  return numpyDraws(numpy, (state) => state.lognormal(mu, sigma));
}

/** As vLLM's benchmarks draw them: their burstiness is the shape. */
function numpyGamma(mean: number, cv: number, numpy: Numpy): () => number {
  const shape = 1 / cv ** 2;
  return numpyDraws(numpy, (state) => state.gamma(shape, mean / shape));
}

/** Draws, after the first few. */
function numpyDraws({ seed, skip }: Numpy, next: (state: RandomState) => number): () => number {
  const state = new RandomState(seed);
  const draw = () => next(state);
  for (let i = 0; i < skip; i++) draw();
  return draw;
}

type Numpy = NonNullable<SettingsOf<'lognormal'>['numpy']>;

function* atGaps(nextGapMs: () => number): Generator<number> {
  for (let dueMs = 0; ; dueMs += nextGapMs()) yield dueMs;
}

/** In the order of the trace, also where times are equal. */
function* atTimes(traceMs: readonly number[] | undefined, slowdown: number): Generator<number> {
  if (!traceMs) throw new Error('no times to go by');
  const [firstMs = 0] = traceMs;
  for (const timeMs of traceMs) yield (timeMs - firstMs) * slowdown;
}
