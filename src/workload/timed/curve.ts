import { randomNormal } from 'd3-random';
import type { Rng } from '../../base/random.ts';

/**
 * A value that goes up and down with time: mean + amplitude sin(2 pi t / periodMs) + noise, in the unit of
 * what it is of: requests per second, or tokens.
 */
export interface Curve {
  readonly mean: number;
  readonly amplitude: number;
  /** Standard deviation of a normal variable that is added in every interval. */
  readonly noise: number;
  /** Undefined: it does not go up and down. */
  readonly periodMs: number | undefined;
  /** Never below what it was before. */
  readonly isRising: boolean;
}

/** When values are taken: at 0, intervalMs, 2 intervalMs, … below durationMs; each holds until the next. */
export interface Steps {
  readonly durationMs: number;
  readonly intervalMs: number;
}

export function stepsIn({ durationMs, intervalMs }: Steps): number {
  return Math.ceil(durationMs / intervalMs);
}

/** How far a preset swings, as a share of its mean, and how many times within the whole duration. */
interface Preset {
  readonly swing: number;
  readonly cycles: number;
  readonly isRising: boolean;
}

/** As AIBrix's generator has them: a quarter of a cycle rises from the mean to the top at the very end. */
export const PRESETS = {
  quick_rising: { swing: 0.5, cycles: 5, isRising: true },
  slow_rising: { swing: 0.5, cycles: 0.25, isRising: true },
  slight_fluctuation: { swing: 0.1, cycles: 1, isRising: false },
  severe_fluctuation: { swing: 0.5, cycles: 12, isRising: false },
  constant: { swing: 0, cycles: 12, isRising: false },
} as const satisfies Record<string, Preset>;

export type PresetName = keyof typeof PRESETS;

const PRESET_NOISE = 0.1;

export function presetCurve(name: PresetName, mean: number, durationMs: number): Curve {
  const { swing, cycles, isRising } = PRESETS[name];
  return {
    mean,
    amplitude: swing * mean,
    noise: PRESET_NOISE,
    periodMs: durationMs / cycles,
    isRising,
  };
}

/**
 * The values of one step after the other, without end. The phase is that of the time and not of the step's
 * number, so that the curve is the same at any interval. A rising one stops at the curve's own top: the noise
 * alone would lift it for ever.
 */
export function* curveSteps(curve: Curve, intervalMs: number, rng: Rng): Generator<number> {
  const { mean, amplitude, noise, periodMs, isRising } = curve;
  const normal = randomNormal.source(rng)(0, noise);
  const top = mean + Math.abs(amplitude);
  let before = -Infinity;
  for (let step = 0; ; step++) {
    const phase = periodMs === undefined ? 0 : (2 * Math.PI * step * intervalMs) / periodMs;
    const value = mean + amplitude * Math.sin(phase) + (noise > 0 ? normal() : 0);
    before = isRising ? Math.max(before, Math.min(top, value)) : value;
    yield before;
  }
}

/** The values of all steps of a run. */
export function curveValues(curve: Curve, steps: Steps, rng: Rng): Float64Array {
  const values = new Float64Array(stepsIn(steps));
  const next = curveSteps(curve, steps.intervalMs, rng);
  for (let step = 0; step < values.length; step++) values[step] = next.next().value;
  return values;
}

/** A rate is not rounded, and none is negative. */
export function ratesOf(curve: Curve, steps: Steps, rng: Rng): Float64Array {
  return curveValues(curve, steps, rng).map((value) => Math.max(0, value));
}

/** A length is a whole number, and at least 1. */
export function lengthsOf(curve: Curve, steps: Steps, rng: Rng): Float64Array {
  return curveValues(curve, steps, rng).map((value) => Math.max(1, Math.round(value)));
}
