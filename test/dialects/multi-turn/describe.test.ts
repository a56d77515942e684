import { expect, test } from 'vitest';
import { describe, descriptionText, fixed } from '../../../src/dialects/multi-turn/describe.ts';

// The texts are what pandas 3.0.3 prints with display.precision 2, byte for byte.

test('zeros at the end of all numbers of a column are left out but for one', () => {
  const description = describe(
    [
      { name: 'ttft_ms', values: [3, 1.234, 2.5] },
      { name: 'tpot_ms', values: [0, 0, 0] },
      { name: 'n', values: [1, 2, 3] },
    ],
    [0.25, 0.5, 0.75, 0.9],
  );
  expect(descriptionText(description, 2)).toBe(`\
         count  mean   std   min   25%  50%   75%  90%  max
ttft_ms    3.0  2.24  0.91  1.23  1.87  2.5  2.75  2.9  3.0
tpot_ms    3.0  0.00  0.00  0.00  0.00  0.0  0.00  0.0  0.0
n          3.0  2.00  1.00  1.00  1.50  2.0  2.50  2.8  3.0`);
});

test('one value has no std; no value has nothing; unknown values are not counted', () => {
  const description = describe(
    [
      { name: 'ttft_ms', values: [1.234, null] },
      { name: 'pause', values: [null, null] },
    ],
    [0.5],
  );
  expect(descriptionText(description, 2)).toBe(`\
         count  mean  std   min   50%   max
ttft_ms    1.0  1.23  NaN  1.23  1.23  1.23
pause      0.0   NaN  NaN   NaN   NaN   NaN`);
});

test('numbers too small for the precision put their column into exponents', () => {
  const description = describe(
    [
      { name: 'ttft_ms', values: [123456.234, 2e6] },
      { name: 'tpot_ms', values: [0.001, 0.002] },
    ],
    [0.75],
  );
  expect(descriptionText(description, 2)).toBe(`\
         count      mean       std       min       75%       max
ttft_ms    2.0  1.06e+06  1.33e+06  1.23e+05  1.53e+06  2.00e+06
tpot_ms    2.0  1.50e-03  7.07e-04  1.00e-03  1.75e-03  2.00e-03`);
});

test.each([
  // Halves go to the even digit, as in Python; what is not quite a half goes where it is nearer.
  [0.125, 2, '0.12'],
  [0.375, 2, '0.38'],
  [99.625, 2, '99.62'],
  [1.005, 2, '1.00'],
  [12.5, 0, '12'],
  [13.5, 0, '14'],
  [215.81, 3, '215.810'],
  [Infinity, 3, 'inf'],
])('%d with %d decimals is %s', (value, digits, text) => {
  expect(fixed(value, digits)).toBe(text);
});
