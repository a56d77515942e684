import { expect, test } from 'vitest';
import { amount, measure, percent, seconds } from '../../src/report/number.ts';

test.each([
  [undefined, '-'],
  [0, '0'],
  [0.0004, '0'],
  [-1e-12, '0'],
  [0.0123, '0.012'],
  [0.99996, '1.000'],
  [1, '1.000'],
  [9.9996, '10.00'],
  [12.345, '12.35'],
  [999.96, '1000'],
  [1234.5, '1235'],
  [123_456_789, '123456789'],
  [-12.3, '-12.30'],
])('%d is shown as %s', (value, text) => {
  expect(measure(value)).toBe(text);
});

test.each([
  [120, '120'],
  [120.5, '120.5'],
  [undefined, '-'],
])('an amount of %d is shown as %s', (value, text) => {
  expect(amount(value)).toBe(text);
});

test('shares and durations have their units', () => {
  expect(percent(0.8611)).toBe('86.1 %');
  expect(percent(undefined)).toBe('-');
  expect(seconds(90_049)).toBe('90.0 s');
});
