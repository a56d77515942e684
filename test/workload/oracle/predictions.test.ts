import { expect, test } from 'vitest';
import { oracleJson } from '../../../src/workload/oracle/oracle-set.ts';
import { withBins, withNoise } from '../../../src/workload/oracle/predictions.ts';

const rows = [3, 50, 99, 100, 4000].map((output_tokens) => ({
  input: 'é "quoted"\n',
  output_len: 9,
  output_tokens,
}));

test('a bin is named by its lower edge, which is in it', () => {
  expect(withBins(rows, [50, 100]).map((row) => row['output_tokens_bin'])).toEqual([
    0, 50, 50, 100, 100,
  ]);
});

test('noise has the deviation that was asked for, and stays in its bounds', () => {
  const many = Array.from({ length: 4000 }, () => ({ ...rows[0]!, output_tokens: 500 }));
  const noisy = withNoise(many, { sigmas: [40], min: 0, max: 10_000, seed: 1 });
  const errors = noisy.map((row) => (row['output_tokens_noise_40'] as number) - 500);
  const variance = errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length;
  // Standard error of a deviation of 4000 draws: 1.1 %.
  expect(Math.abs(Math.sqrt(variance) - 40)).toBeLessThan(40 * 0.04);
  const clamped = withNoise(rows, { sigmas: [1], min: 15, max: 1025, seed: 1 });
  expect(clamped[0]!['output_tokens_noise_1']).toBe(15);
  expect(clamped[4]!['output_tokens_noise_1']).toBe(1025);
});

test('a data set is written as it is read back, four spaces a level as Python does', () => {
  const text = [...oracleJson(rows)].join('');
  expect(JSON.parse(text)).toEqual(rows);
  expect(text.split('\n').slice(0, 3)).toEqual([
    '[',
    '    {',
    '        "input": "é \\"quoted\\"\\n",',
  ]);
});
