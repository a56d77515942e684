import { expect, test } from 'vitest';
import { playFlags, resultFlags } from '../../../src/commands/flags/flags.ts';
import { FOREIGN_FLAGS, foreignFlagText } from '../../../src/commands/flags/foreign-flags.ts';

const OURS = new Set(
  [...playFlags, ...resultFlags].flatMap(({ flags }) => flags.match(/--[\w-]+/g) ?? []),
);

test('no flag stands in two rows, and none is one of ours', () => {
  const all = FOREIGN_FLAGS.flatMap(({ flags }) => flags);
  expect(new Set(all).size).toBe(all.length);
  expect(all.filter((flag) => OURS.has(flag))).toEqual([]);
});

test('what is named in place of them are flags and fields that there are', () => {
  const texts = FOREIGN_FLAGS.flatMap(({ here, where = [] }) => [
    here,
    ...where.map(([, text]) => text),
  ]);
  const named = texts.flatMap((text) => text.match(/(?<![\w-])--[a-z-]+/g) ?? []);
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter((flag) => !OURS.has(flag) && flag !== '--search')).toEqual([]);
});

test.each<[string, string | undefined, RegExp]>([
  ['--request-rate', '4', /^found --request-rate, a flag of .*; here: --qps N/],
  ['--request-rate', 'inf', /^found --request-rate inf, .*; here: .*--concurrency N --think 0/],
  ['--max_concurrency', undefined, /here: --concurrency N/],
  ['--rate-type', 'poisson', /here: --qps N --set population.arrivals.process=poisson/],
  ['--workload-path', 'w.jsonl', /AIBrix's client; here: confab client/],
  ['--dataset-name', 'sharegpt', /here: confab run sharegpt --set/],
])('%s %s', (flag, value, says) => {
  expect(foreignFlagText(flag, value)).toMatch(says);
});

test('a flag that nobody is known to have gets no answer', () => {
  expect(foreignFlagText('--frobnicate', undefined)).toBeUndefined();
});
