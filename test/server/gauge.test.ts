import { expect, test } from 'vitest';
import { Gauge, type Over } from '../../src/server/gauge.ts';

const values = (...all: number[]) => all.map((value) => ({ by: '', value }));

function read(over: Over, ...pages: number[][]) {
  const gauge = new Gauge(over);
  for (const [index, page] of pages.entries()) {
    gauge.read('s', values(...page), index > 0 && index < pages.length - 1);
  }
  return gauge.close();
}

test('it is what it was over the pages in between: before the first request and after the last nothing is under way', () => {
  expect(read('sum', [9], [1], [3], [0])).toEqual({ last: 0, min: 1, mean: 2, max: 3, pages: 2 });
  expect(read('sum', [9], [4])).toEqual({ last: 4 });
});

test('engines on one page are a sum, the fullest, or alike', () => {
  expect(read('sum', [1, 2])?.last).toBe(3);
  expect(read('max', [0.25, 0.5])?.last).toBe(0.5);
  expect(read('same', [16, 16])?.last).toBe(16);
  expect(read('same', [16, 32])).toBeUndefined();
});

test('servers are as they were read last', () => {
  const gauge = new Gauge('sum');
  gauge.read('a', values(2), true);
  gauge.read('b', values(5), true);
  gauge.read('a', values(1), true);
  expect(gauge.close()).toEqual({ last: 6, min: 2, mean: (2 + 7 + 6) / 3, max: 7, pages: 3 });
});

test('what is no such number is unknown', () => {
  expect(read('max', [Number.NaN], [1.5], [-1])).toBeUndefined();
  expect(read('same', [0], [0.5], [Number.NaN])).toBeUndefined();
  expect(read('sum', [Infinity])).toBeUndefined();
});

test('tiers are told apart by the last page', () => {
  const gauge = new Gauge('max');
  const tiers = (cpu: number, disk: number) => [
    { by: 'cpu', value: cpu },
    { by: 'disk', value: disk },
  ];
  gauge.read('s', tiers(0.5, 0.1), true);
  gauge.read('s', tiers(0.75, 0.2), false);
  expect(gauge.close()).toEqual({
    ...{ last: 0.75, min: 0.5, mean: 0.5, max: 0.5, pages: 1 },
    by: { cpu: 0.75, disk: 0.2 },
  });
});
