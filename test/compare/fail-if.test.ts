import { expect, test } from 'vitest';
import type { Difference } from '../../src/compare/difference.ts';
import { failIfsOf, failIfVerdict } from '../../src/compare/fail-if.ts';
import type { JudgedRow } from '../../src/compare/judge.ts';

const difference: Difference = {
  a: 100,
  b: 108,
  difference: 8,
  interval95: [6, 10],
  doubt: { variance: 1, degrees: 31 },
  pValue: 0,
  ratio: {
    value: 1.08,
    interval95: [1.06, 1.1],
    doubt: { variance: 1, degrees: 31 },
  },
  effectiveCount: 1000,
  isReliable: true,
};
const row: JudgedRow = {
  measure: { metric: 'ttftMs', statistic: 'p95' },
  better: 'lower',
  a: 100,
  b: 108,
  difference,
  finding: 'worse',
};
const outcome = (text: string, of: JudgedRow = row) =>
  failIfVerdict(failIfsOf(text)[0]!, 'B', [of]).outcome;

test.each([
  ['ttft.p95 > 5%', 'broken'],
  ['ttft.p95 > 8%', 'unsure'],
  ['ttft.p95 > 11%', 'kept'],
  ['ttftMs.p95>5ms', 'broken'],
  ['ttft.p95 > 9', 'unsure'],
  ['ttft.p95 > 0.011s', 'kept'],
  ['ttft.p95 < -5%', 'kept'],
  ['ttft.p95 < 11%', 'broken'],
  ['worse', 'broken'],
  ['ttft.p99 > 5%', 'broken'],
])('a change of 6 to 10 %%: %s is %s', (text, expected) => {
  expect(outcome(text)).toBe(expected);
});

test('what is uncertain is kept and broken by none', () => {
  expect(
    outcome('ttft.p95 > 5%', { ...row, difference: { ...difference, isReliable: false } }),
  ).toBe('unsure');
  const { difference: _, ...told } = row;
  expect(outcome('ttft.p95 > 5%', { ...told, lacks: 'no values' })).toBe('unsure');
  expect(outcome('ttft.p95 > 5%', { ...told, lacks: 'nothing measured' })).toBe('broken');
  expect(outcome('worse', { ...row, finding: 'cannotTell' })).toBe('kept');
});

test('several conditions stand apart by commas', () => {
  expect(failIfsOf('worse, goodput.share < -0.02').map(({ text }) => text)).toEqual([
    'worse',
    'goodput.share < -0.02',
  ]);
});

test.each([
  ['ttft.p95', /found 'ttft.p95'; expected a number, > or <, and a change/],
  ['tft.p95 > 5%', /did you mean ttft.p95\?/],
  ['ttft.std > 5%', /expected a metric and a statistic/],
  ['ttft.p95 > much', /ttftMs.p95: found 'much'; expected percent, as 5%, or a difference in time/],
  ['goodput.share < 5ms', /goodput.share: found '5ms'; expected percent/],
])('%s is refused', (text, message) => {
  expect(() => failIfsOf(text)).toThrow(message);
});
