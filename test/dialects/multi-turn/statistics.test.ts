import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/base/errors.ts';
import { multiTurnText, SEPARATOR } from '../../../src/dialects/multi-turn/statistics.ts';
import { warmupShares } from '../../../src/dialects/multi-turn/warmup.ts';
import { turnRecord } from '../../record/sample.ts';
import { absent, sharedFile, titled } from '../../support/needs.ts';
import { multiTurnRecords, SETTINGS, warmupRecords } from './sample.ts';

const GOLDEN = resolve(import.meta.dirname, '../../golden/multi-turn');
const SEED = sharedFile('seeds/004_948c9bcec93104a3.txt');
const NO_SEED = absent(SEED);

const { generator: _, ...WITHOUT_GENERATOR } = SETTINGS;

test.each([
  ['ours', { ...SETTINGS }, multiTurnRecords()],
  ['compat', { ...SETTINGS, definition: 'compat' as const }, multiTurnRecords()],
  [
    'verbose-warmup-percentages',
    { ...WITHOUT_GENERATOR, verbose: true, warmupShares: [0, 0.5], minTokens: 10, maxTokens: 20 },
    multiTurnRecords(),
  ],
  ['warmup-step', SETTINGS, [...warmupRecords(), ...multiTurnRecords()]],
])(
  'M-50 the statistics of fixed samples, %s, are the golden text',
  async (name, settings, records) => {
    await expect(`${multiTurnText(records, settings)}\n`).toMatchFileSnapshot(
      join(GOLDEN, `${name}.txt`),
    );
  },
);

describe('M-50 the columns follow from the number of samples', () => {
  test.each([
    [99, ['25%', '50%', '75%', '90%']],
    [100, ['25%', '50%', '75%', '90%', '99%']],
    [1000, ['25%', '50%', '75%', '90%', '99%', '99.9%']],
    [10_000, ['25%', '50%', '75%', '90%', '99%', '99.9%', '99.99%']],
  ])('%d samples', (count, percentiles) => {
    const records = Array.from({ length: count }, (_, i) => turnRecord({ userId: i, sentMs: i }));
    expect(head(multiTurnText(records, SETTINGS))).toEqual([
      ...['count', 'mean', 'std', 'min'],
      ...percentiles,
      'max',
    ]);
  });
});

test('M-50 a run that ends with an earlier request: the tool stops at the last-started one', () => {
  const records = [
    turnRecord({ userId: 1, sentMs: 1000, connectMs: 0, endMs: 9000 }),
    turnRecord({ userId: 2, sentMs: 2000, connectMs: 0, endMs: 3000 }),
  ];
  expect(multiTurnText(records, SETTINGS)).toContain(
    'runtime_sec = 8.000\nrequests_per_sec = 0.250\n',
  );
  expect(multiTurnText(records, { ...SETTINGS, definition: 'compat' })).toContain(
    'runtime_sec = 2.000\nrequests_per_sec = 1.000\n',
  );
});

test('M-50 without a completed request there is no table, and all failures are told', () => {
  const records = [
    turnRecord({ status: 'timeout', reason: 'no first token within 30 s' }),
    turnRecord({ userId: 2, status: 'http', httpStatus: 503, reason: 'HTTP 503' }),
  ];
  const text = multiTurnText(records, { ...SETTINGS, columns: Infinity });
  expect(text).toContain(`No samples to process\n${SEPARATOR}\n`);
  expect(text).toContain(
    'Failures: 2 of 2 planned requests (http 1, timeout 1, connect 0, protocol 0), cancelled 0, unsent 0',
  );
  expect(text).not.toMatch(/NaN|Infinity|undefined/);
});

test.skipIf(NO_SEED)(
  titled("M-50 the seed's own sample has the same head and rows", NO_SEED),
  () => {
    const seed = readFileSync(SEED, 'utf8');
    const text = multiTurnText(multiTurnRecords(), SETTINGS);
    expect(head(text)).toEqual(head(seed));
    expect(rowNames(text)).toEqual(rowNames(seed));
    for (const line of ['Statistics summary:', SEPARATOR]) {
      expect(text.split('\n')).toContain(line);
      expect(seed.split(/\r?\n/)).toContain(line);
    }
    for (const pattern of [/^runtime_sec = \d+\.\d{3}$/m, /^requests_per_sec = \d+\.\d{3}$/m]) {
      expect(text).toMatch(pattern);
      expect(seed.replaceAll('\r', '')).toMatch(pattern);
    }
  },
);

describe('M-49 warm-up percentages', () => {
  test.each([
    ['0%', [0]],
    ['50%,0%', [0, 0.5]],
    ['0, 12.5 %,99', [0, 0.125, 0.99]],
  ])('%s', (text, shares) => {
    expect(warmupShares(text)).toEqual(shares);
  });

  test.each(['', '0%,', 'half', '100%', '-1%', 'NaN', '0%;50%'])('refuses "%s"', (text) => {
    expect(() => warmupShares(text)).toThrow(UsageError);
    expect(() => warmupShares(text)).toThrow(`in '${text}'; expected percentages from 0 to below`);
  });

  test('each drops that share of the samples that started first, rounded down', () => {
    // Out of order in the journal, as requests end.
    const records = [4, 0, 3, 1, 2].map((i) =>
      turnRecord({ userId: i, sentMs: 1000 * i, firstTokenMs: 1000 * i + 10 * (i + 1) }),
    );
    const text = multiTurnText(records, { ...SETTINGS, warmupShares: [0, 0.5] });
    const rows = text.split('\n').filter((line) => line.startsWith('ttft_ms'));
    // count, mean, std, min
    expect(rows.map((row) => row.split(/\s+/).slice(1, 5).map(Number))).toEqual([
      [5, 30, 15.81, 10],
      [3, 40, 10, 30],
    ]);
    expect(text).toContain('Statistics summary (assuming 0% warmup samples):');
    expect(text).toContain('Statistics summary (assuming 50% warmup samples):');
  });
});

function head(text: string): string[] {
  const line = text.split(/\r?\n/).find((candidate) => /^\s*count\s+mean/.test(candidate));
  return line!.trim().split(/\s+/);
}

function rowNames(text: string): string[] {
  return [...text.matchAll(/^(\w+_\w+) +\d+\.\d /gm)].map((match) => match[1]!);
}
