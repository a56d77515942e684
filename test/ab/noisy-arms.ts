import type { Sides } from '../../src/ab/pair.ts';
import { orderOf, type Side } from '../../src/ab/schedule.ts';
import type { Settings, Step } from '../../src/ab/settings.ts';
import { type Rng, stream } from '../../src/base/random.ts';
import type { TurnRecord } from '../../src/record/record.ts';
import { answeredTurn } from '../support/turn-record.ts';

/** Two arms on one machine, made without an engine: thousands of experiments in seconds. */
export interface NoisyArms {
  readonly seed: string;
  /** The share of A's TTFT that B really saves. */
  readonly gain: number;
  readonly requests: number;
  /** How fast the machine is in one run after the other: the logarithm of its slowness, in units of `runSigma`. */
  readonly noise: NoiseName;
  readonly runSigma: number;
}

type Noise = (normal: () => number, rng: Rng) => () => number;

/** What real machines do between runs, and worse. */
export const NOISES = {
  independent: (normal) => normal,
  'correlated 0.5': (normal) => autoregressive(normal, 0.5),
  'correlated 0.9': (normal) => autoregressive(normal, 0.9),
  'random walk': (normal) => autoregressive(normal, 1),
  drift: (normal) => added(normal, (run) => run / 3),
  'steep drift': (normal) => added(normal, (run) => 3 * run),
  'slow start': (normal) => added(normal, (run) => [20, 8][run] ?? 0),
  'first of a round is slower': (normal) => added(normal, (run) => (run % 2 === 0 ? 2 : 0)),
  'every third run is slow': (normal) => added(normal, (run) => (run % 3 === 0 ? 4 : 0)),
  'every fourth run is slow': (normal) => added(normal, (run) => (run % 4 === 0 ? 4 : 0)),
  'two of four runs are slow': (normal) => added(normal, (run) => (run % 4 < 2 ? 4 : 0)),
  'every eighth run is slow': (normal) => added(normal, (run) => (run % 8 === 3 ? 6 : 0)),
  skewed: (normal) => () => Math.exp(normal()),
  'heavy tails': (_, rng) => () => Math.tan(Math.PI * (rng() - 0.5)) / 10,
  jumps(normal, rng) {
    let level = 0;
    return () => {
      if (rng() < 0.1) level = 5 * normal();
      return level + 0.3 * normal();
    };
  },
} as const satisfies Record<string, Noise>;

export type NoiseName = keyof typeof NOISES;

/**
 * Plays steps: each run is an M/M/1 queue at 70 % load with the same arrivals and services on both sides, 10 % of
 * jitter on every request, and the machine's slowness of the moment.
 */
export function noisyPlayer(arms: NoisyArms): (step: Step) => Promise<Played> {
  const rng = stream(arms.seed, 'machine');
  const normal = normalOf(rng);
  const slowness = (NOISES[arms.noise] as Noise)(normal, rng);
  return async (step) => {
    const waits = queue(stream(arms.seed, step.stage, step.round), arms.requests);
    const isCompared = step.stage === 'rounds';
    const sides: Partial<Record<Side, TurnRecord[]>> = {};
    for (const side of orderOf(arms.seed, step.stage, step.round)) {
      const factor =
        Math.exp(arms.runSigma * slowness()) * (isCompared && side === 'b' ? 1 - arms.gain : 1);
      sides[side] = waits.map((ms, userId) =>
        recordOf(userId + 1, ms * factor * Math.exp(0.1 * normal())),
      );
    }
    return { outcome: 'ok', sides: { a: sides.a!, b: sides.b! } };
  };
}

interface Played {
  readonly outcome: 'ok';
  readonly sides: Sides;
}

/** The experiment that is played by default, with the floor as its only control. */
export const SETTINGS: Settings = {
  measure: 'ttft',
  minGain: 0.02,
  alpha: 0.05,
  roundsMax: 40,
  controls: ['floor'],
  controlRounds: 4,
  isOfReuse: true,
  expect: 'better',
};

/** Times in an M/M/1 queue at a load of 0.7 whose services take 100 ms on average: Lindley's recursion. */
export function queue(rng: Rng, count: number): number[] {
  const exponential = (mean: number) => -mean * Math.log(1 - rng());
  let ms = 0;
  return Array.from({ length: count }, () => {
    ms = Math.max(0, ms - exponential(100 / 0.7)) + exponential(100);
    return ms;
  });
}

/** A request whose first token came after so long, its end 100 ms later. */
export function recordOf(userId: number, ttftMs: number, cachedTokens = 0): TurnRecord {
  return answeredTurn({
    userId,
    chunks: 11,
    sentMs: 0,
    firstTokenMs: ttftMs,
    lastTokenMs: ttftMs + 100,
    endMs: ttftMs + 100,
    inputTokens: 1000,
    outputTokens: 11,
    cachedTokens,
  });
}

/** Box and Muller's. */
export function normalOf(rng: Rng): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - rng())) * Math.cos(2 * Math.PI * rng());
}

function autoregressive(normal: () => number, correlation: number): () => number {
  let level: number | undefined;
  const share = correlation < 1 ? Math.sqrt(1 - correlation ** 2) : 1;
  return () => {
    level = level === undefined ? normal() : correlation * level + share * normal();
    return level;
  };
}

function added(normal: () => number, of: (run: number) => number): () => number {
  let run = 0;
  return () => of(run++) + normal();
}
