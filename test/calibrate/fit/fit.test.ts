import { describe, expect, test } from 'vitest';
import { fitted } from '../../../src/calibrate/fit/fit.ts';
import type { Observed, Replay, Times } from '../../../src/calibrate/fit/replay.ts';
import { residualsOf } from '../../../src/calibrate/fit/residuals.ts';
import { solve } from '../../../src/calibrate/fit/solve.ts';
import type { Profile } from '../../../src/engine/cost/profile.ts';
import { profiles } from '../../../src/engine/cost/profiles.ts';
import { optionsOf } from '../../support/engine-rig.ts';

const START: Profile = { ...profiles['rtx4090']!, apiMs: 10 };
/** What the server is that was measured. */
const TRUE: Profile = { ...START, weightsMs: 12, tokenUs: 120, apiMs: 18 };

/** An engine that computes one prompt at a time, in closed form: no attention, and nothing beside it. */
function served(inputTokens: number, { apiMs = 14, weightsMs, tokenUs }: Profile): Times {
  const ttftMs = apiMs + Math.hypot(weightsMs, (tokenUs / 1e3) * inputTokens);
  return { ttftMs, tpotMs: weightsMs, latencyMs: ttftMs + 50 * weightsMs };
}

/** 200 requests, `error` of each time, by turns more and less. */
function run(error = 0, lengths = [20, 200, 800]): Replay {
  const observed = Array.from({ length: 200 }, (_, key): Observed => {
    const inputTokens = lengths[key % lengths.length]!;
    const off = 1 + error * Math.sin(12.9898 * key);
    const { ttftMs, tpotMs, latencyMs } = served(inputTokens, TRUE);
    return {
      ...{ key, startMs: key, inputTokens },
      ...{ ttftMs: ttftMs! * off, tpotMs: tpotMs! * off, latencyMs: latencyMs! * off },
    };
  });
  const play: Replay['play'] = async (profile) =>
    new Map(observed.map(({ key, inputTokens }) => [key, served(inputTokens, profile)]));
  return { name: 'run', observed, engine: optionsOf(), notes: [], play };
}

describe('the fit of runs whose engine is known', () => {
  test('finds the constants that they tell, with an interval that has them', async () => {
    const { values, isComplete } = await fitted([run(0.02)], { start: START });
    expect(isComplete).toBe(true);
    for (const name of ['weightsMs', 'tokenUs', 'apiMs'] as const) {
      const { value, interval } = values.find((one) => one.name === name)!;
      expect(value / TRUE[name]!, name).toBeCloseTo(1, 1);
      expect(interval![0], name).toBeLessThanOrEqual(TRUE[name]!);
      expect(interval![1], name).toBeGreaterThanOrEqual(TRUE[name]!);
    }
  });

  test('says which ones they do not determine, and leaves those as they were', async () => {
    const { values, profile } = await fitted([run()], { start: START });
    for (const name of ['contextTokenUs', 'decodeRowUs', 'mixedFactor'] as const) {
      const { value, startedAt, interval } = values.find((one) => one.name === name)!;
      expect(interval, name).toBeUndefined();
      expect(value, name).toBe(startedAt);
    }
    expect(profile.contextTokenUs).toBe(START.contextTokenUs);
  });

  test('knows that the prompts are all too short to tell what one of their tokens takes', async () => {
    const of = async (lengths: number[]) => {
      const { values } = await fitted([run(0.02, lengths)], { start: START });
      const { interval } = values.find(({ name }) => name === 'tokenUs')!;
      return interval ? interval[1] - interval[0] : Infinity;
    };
    expect(await of([5])).toBeGreaterThan(10 * (await of([20, 200, 800])));
  });

  test('stops when its time is over, with what it has', async () => {
    const { isComplete, values } = await fitted([run()], { start: START, until: () => true });
    expect(isComplete).toBe(false);
    expect(values.map(({ value }) => value)).toEqual(values.map(({ startedAt }) => startedAt));
  });
});

test('requests that came at once are compared by their rank, whoever was first', async () => {
  const base = run();
  const swapped: Replay = {
    ...base,
    async play(profile) {
      const played = await base.play(profile);
      const all = base.observed.map(({ key }) => [key, played.get(key)!] as const);
      // Three requests of three lengths come together: now each has the times of another.
      return new Map(
        all.map(([key], i) => [key, all[i - (i % 3) + ((i + 1) % 3)]?.[1] ?? all[i]![1]]),
      );
    },
  };
  const { values } = await residualsOf([swapped], TRUE);
  expect(values.filter((value) => Math.abs(value) > 1e-9).length).toBeLessThan(values.length / 5);
});

test('least squares within bounds: what would leave them stays at them, and the rest fits as well as it can', async () => {
  // y = a + b x of 1 + 2 x, with b at most 1.5: a makes up for what it can.
  const x = [0, 1, 2, 3];
  const at = async ([a, b]: readonly number[]) => ({
    values: Float64Array.from(x, (one) => a! + b! * one - (1 + 2 * one)),
    weights: Float64Array.from(x, () => 1e6),
    clusters: Int32Array.from(x, (one) => one),
  });
  const bounds = [
    { min: 0, max: 10, scale: 1 },
    { min: 0, max: 1.5, scale: 1 },
  ];
  const { point } = await solve([1, 1], bounds, at, { until: () => false });
  expect(point[1]).toBe(1.5);
  expect(point[0]).toBeCloseTo(1.75, 3);
});
