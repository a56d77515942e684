import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stream } from '../../../src/base/random.ts';
import {
  type Curve,
  curveValues,
  lengthsOf,
  PRESETS,
  type PresetName,
  presetCurve,
  ratesOf,
} from '../../../src/workload/timed/curve.ts';
import { readCurve } from '../../../src/workload/timed/curve-file.ts';
import { scratchDir, writeJson } from '../scratch.ts';

const MINUTE = { durationMs: 60_000, intervalMs: 1000 };
const dir = scratchDir();
const rng = () => stream(1, 'test');
const quiet = (curve: Curve): Curve => ({ ...curve, noise: 0 });

describe('a curve', () => {
  // The formula of AIBrix's README, with the time in place of the number of the interval.
  const formula = (name: PresetName, mean: number, share: number): number => {
    const { swing, cycles } = PRESETS[name];
    return mean + swing * mean * Math.sin(2 * Math.PI * cycles * share);
  };

  test.each(['slight_fluctuation', 'severe_fluctuation', 'constant'] as const)(
    '%s follows A sin(2 pi cycles t / duration) + B',
    (name) => {
      const values = curveValues(quiet(presetCurve(name, 6, 60_000)), MINUTE, rng());
      expect(values).toHaveLength(60);
      for (const [second, value] of values.entries()) {
        expect(value).toBeCloseTo(formula(name, 6, second / 60), 9);
      }
    },
  );

  test.each(['quick_rising', 'slow_rising'] as const)(
    '%s rises from the mean to half as much again, and never falls',
    (name) => {
      const values = [
        ...ratesOf(presetCurve(name, 6, 600_000), { ...MINUTE, durationMs: 600_000 }, rng()),
      ];
      for (const [i, value] of values.entries()) {
        expect(value).toBeGreaterThanOrEqual(values[i - 1] ?? 0);
      }
      expect(values[0]).toBeCloseTo(6, 0);
      expect(values.at(-1)).toBeCloseTo(9, 1);
      // A twentieth of the run is a quarter of one of five cycles.
      if (name === 'quick_rising') expect(values[30]).toBeGreaterThan(8.9);
      else expect(values[300]).toBeCloseTo(6 + 3 * Math.sin(Math.PI / 4), 0);
    },
  );

  test.each([500, 2000, 250])('is the same at an interval of %d ms', (intervalMs) => {
    const curve = quiet(presetCurve('severe_fluctuation', 100, 60_000));
    const fine = curveValues(curve, { durationMs: 60_000, intervalMs: 250 }, rng());
    const values = curveValues(curve, { durationMs: 60_000, intervalMs }, rng());
    expect(values).toHaveLength(60_000 / intervalMs);
    for (const [step, value] of values.entries()) {
      expect(value).toBeCloseTo(fine[(step * intervalMs) / 250]!, 9);
    }
  });

  test('as a rate is never negative, and as a length a whole number of at least 1', () => {
    const curve: Curve = { mean: 1, amplitude: 9, noise: 3, periodMs: 20_000, isRising: false };
    const rates = ratesOf(curve, MINUTE, rng());
    expect(Math.min(...rates)).toBe(0);
    expect(Math.max(...rates)).toBeGreaterThan(9);
    const lengths = [...lengthsOf(curve, MINUTE, rng())];
    expect(lengths.every((length) => Number.isInteger(length) && length >= 1)).toBe(true);
  });

  test('has noise of the standard deviation it says', () => {
    const curve = { mean: 100, amplitude: 0, noise: 2, periodMs: undefined, isRising: false };
    const values = curveValues(curve, { durationMs: 4_000_000, intervalMs: 1000 }, rng());
    const square = values.reduce((sum, value) => sum + (value - 100) ** 2, 0) / values.length;
    expect(Math.sqrt(square)).toBeGreaterThan(1.9);
    expect(Math.sqrt(square)).toBeLessThan(2.1);
  });
});

describe('a file of a pattern', () => {
  const run = { durationMs: 1_400_000, intervalMs: 1000 };
  const today = { fluctuate: 2, mean: 6, noise: 0.1, period_len_ms: 300_000, only_rise: false };
  const legacy = { A: 2, B: 6, sigma: 0.1, period: 1, omega: null, only_rise: false };
  const read = (value: object) => readCurve(writeJson(dir, 'pattern.json', value), run);

  test("001-14 in today's form: AIBrix's example goes through 4.67 cycles in 1,400 s", () => {
    const curve = read(today);
    expect(curve).toEqual({
      ...{ mean: 6, amplitude: 2, noise: 0.1, periodMs: 300_000, isRising: false },
    });
    expect(run.durationMs / curve.periodMs!).toBeCloseTo(4.667, 3);
    const values = curveValues(quiet(curve), run, rng());
    expect(values[75]).toBeCloseTo(8, 9);
    expect(values[225]).toBeCloseTo(4, 9);
    expect(values[1275]).toBeCloseTo(8, 9);
  });

  test('001-15 in the older form: the same curve, with the period in cycles', () => {
    expect(read({ ...legacy, period: 14 / 3 })).toEqual(read(today));
  });

  test('001-15 omega stands in the place of the period: radians an interval', () => {
    const curve = read({ ...legacy, omega: Math.PI / 150 });
    expect(curve.periodMs).toBeCloseTo(300_000, 6);
  });

  test('001-15 without a period, or with an omega of 0, the curve stands still', () => {
    expect(read({ ...legacy, period: 0 }).periodMs).toBeUndefined();
    expect(read({ ...legacy, omega: 0 }).periodMs).toBeUndefined();
  });

  test.each([
    [{ ...today, mean: 'six' }, /pattern\.json: mean: found "six"; expected a number$/],
    [{ ...today, noise: -1 }, /noise: found -1; expected a number of at least 0/],
    [{ ...today, period_len_ms: 0 }, /period_len_ms: found 0; expected milliseconds above 0/],
    [{ ...today, only_rise: 1 }, /only_rise: found 1; expected true or false/],
    [{ ...today, period: 1 }, /found period; expected fluctuate, mean/],
    [{ mean: 6 }, /fluctuate: missing; expected a number/],
    [[1], /found \[1\]; expected an object/],
  ])('that is wrong is refused: %j', (value, message) => {
    expect(() => read(value)).toThrow(message);
  });

  test('that is no JSON is refused', () => {
    const file = join(dir, 'broken.json');
    writeFileSync(file, '{"mean": NaN}');
    expect(() => readCurve(file, run)).toThrow(/broken\.json: found NaN/);
  });
});
