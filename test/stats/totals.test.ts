import { expect, test } from 'vitest';
import { TOTALS, type TotalPath, totalOf } from '../../src/stats/totals.ts';

const PATHS = Object.keys(TOTALS) as TotalPath[];

test('a total has the unit that its path names', () => {
  const units: [RegExp, string][] = [
    [/share$/i, 'share'],
    [/errorRate$/, 'share'],
    [/Cv$/, 'ratio'],
    [/conversationsPerSec$/, 'conversations/s'],
    [/TokensPerSec$/, 'tokens/s'],
    [/perSec$/i, 'requests/s'],
    [/./, 'requests'],
  ];
  for (const path of PATHS) {
    const [, unit] = units.find(([ending]) => ending.test(path))!;
    expect([path, TOTALS[path].unit]).toEqual([path, unit]);
  }
});

test('labels of totals are unlike', () => {
  const labels = PATHS.map((path) => TOTALS[path].label);
  expect(new Set(labels).size).toBe(PATHS.length);
  for (const label of labels) expect(label).toMatch(/^[a-z]/i);
});

test('a total is read at its path, and unknown where a part of that is missing or is no number', () => {
  for (const [index, path] of PATHS.entries()) {
    const summary = path.split('.').reduceRight<unknown>((node, key) => ({ [key]: node }), index);
    expect(totalOf(summary as object, path)).toBe(index);
    expect(totalOf({}, path)).toBeUndefined();
  }
  expect(totalOf({ cache: 'none' }, 'cache.external.share')).toBeUndefined();
  expect(totalOf({ cache: { share: '0.5' } }, 'cache.share')).toBeUndefined();
});
