import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stream } from '../../../src/base/random.ts';
import { gammaWindowTimes, readGammaWindows } from '../../../src/workload/draw/gamma-windows.ts';
import { scratchDir } from '../scratch.ts';

const dir = scratchDir();

function timesSec(windows: readonly { shape: number; rate: number }[], speedup = 1): number[] {
  const times = gammaWindowTimes(stream(1, 'windows'), { windows, windowSec: 100, speedup });
  const until: number[] = [];
  for (const ms of times) {
    if (ms >= 20 * 100_000) return until;
    until.push(ms / 1000);
  }
  return until;
}

test('in each window requests come at its own rate, and after the last comes the first', () => {
  const windows = [
    { shape: 4, rate: 40 },
    { shape: 0.5, rate: 0.5 },
  ];
  const times = timesSec(windows);
  const count = (parity: number) =>
    times.filter((sec) => Math.floor(sec / 100) % 2 === parity).length;
  // 10 windows of 100 s each, at 10 and at 1 a second.
  expect(Math.abs(count(0) - 10_000)).toBeLessThan(4 * Math.sqrt(10_000 / 4) + 10);
  expect(Math.abs(count(1) - 1000)).toBeLessThan(4 * Math.sqrt(1000 / 0.5) + 10);
});

test('a window in which hardly anybody comes does not hide the next', () => {
  const times = timesSec([
    { shape: 1, rate: 1e-9 },
    { shape: 1, rate: 5 },
  ]);
  expect(times[0]).toBe(0);
  expect(times[1]).toBeGreaterThanOrEqual(100);
  expect(times[1]).toBeLessThan(110);
});

test('a speed-up divides gaps, and leaves windows as long as they are', () => {
  const [slow, fast] = [1, 3].map((speedup) => timesSec([{ shape: 2, rate: 2 }], speedup));
  expect(fast![10]).toBeCloseTo(slow![10]! / 3, 6);
});

test('parameters are read by the names of their columns', () => {
  const file = join(dir, 'p.csv');
  writeFileSync(file, 'time,Beta,alpha\n0,4,0.5\n60,2,1\n\n');
  expect(readGammaWindows(file)).toEqual([
    { shape: 0.5, rate: 4 },
    { shape: 1, rate: 2 },
  ]);
  writeFileSync(file, 'alpha,beta\n1,2\n1,0\n');
  expect(() => readGammaWindows(file)).toThrow(
    'p.csv: line 3: beta: found 0; expected a number > 0',
  );
  writeFileSync(file, 'alpha\n1\n');
  expect(() => readGammaWindows(file)).toThrow('line 1: found the columns alpha; expected beta');
  writeFileSync(file, 'alpha,beta\n');
  expect(() => readGammaWindows(file)).toThrow('found no window');
});
