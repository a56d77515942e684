import { expect, test } from 'vitest';
import type { ConstantName } from '../../src/calibrate/probe/constants.ts';
import { profileOf } from '../../src/engine/cost/profile-of.ts';
import { PLAIN } from '../support/plain.ts';
import { noisyFit } from './noise.ts';

const CASES = Number(process.env['CASES'] ?? 100);

test.each(['rtx4090', 'a100', PLAIN])('%s, noisy probes: constants in their intervals', (gpu) => {
  const inside = new Map<ConstantName, number>();
  const widths = new Map<ConstantName, number[]>();
  const steppings: Record<string, number> = {};
  for (let seed = 0; seed < CASES; seed++) {
    const { constants, outside, fitted } = noisyFit(profileOf({ gpu }), 2048, seed);
    steppings[constants.stepping.name] = (steppings[constants.stepping.name] ?? 0) + 1;
    for (const name of fitted) {
      const isOut = outside.some((line) => line.startsWith(`${name}:`));
      inside.set(name, (inside.get(name) ?? 0) + (isOut ? 0 : 1));
      const { low, high, value } = constants.estimates[name]!;
      widths.set(name, [...(widths.get(name) ?? []), (high - low) / 2 / value]);
    }
  }
  for (const [name, count] of inside) {
    const sorted = widths.get(name)!.toSorted((a, b) => a - b);
    console.log(
      gpu,
      name,
      `${count} of ${widths.get(name)!.length}`,
      `+-${(100 * sorted[sorted.length >> 1]!).toFixed(1)} %`,
    );
  }
  console.log(gpu, steppings);
  expect(
    Math.min(...[...inside].map(([name, count]) => count / widths.get(name)!.length)),
  ).toBeGreaterThanOrEqual(0.9);
});
