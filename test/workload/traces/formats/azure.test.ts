import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { azure } from '../../../../src/workload/traces/formats/azure.ts';
import { momentOf, msBetween } from '../../../../src/workload/traces/wall-clock.ts';
import { absent, sharedFile, titled } from '../../../support/needs.ts';
import { scratchDir } from '../../scratch.ts';
import { entriesOf, recognised, writer } from '../entries.ts';

const written = writer(scratchDir());
const TRACE = sharedFile('data/traces/azure2023_conv.csv');
const NO_TRACE = absent(TRACE);
const HEADER = 'TIMESTAMP,ContextTokens,GeneratedTokens';

const at = (atMs: number, inputTokens: number, outputTokens: number, kind?: string) => ({
  atMs,
  inputTokens,
  outputTokens,
  ...(kind && { kind }),
});

describe('the three forms of the file', () => {
  test.each([
    [
      '2023: seven digits, no zone, CRLF, no last line end',
      `${HEADER}\r\n2023-11-16 18:15:46.6805900,374,44\r\n2023-11-16 18:15:50.9951690,396,109`,
      [at(0, 374, 44), at(4314.579, 396, 109)],
    ],
    [
      '2024: a zone, and a fraction or none',
      `${HEADER}\n2024-05-12 23:59:59+00:00,1,2\n2024-05-13 00:00:00.004520+00:00,3,4\n`,
      [at(0, 1, 2), at(1004.52, 3, 4)],
    ],
    [
      '2025: ISO with a Z, and images',
      'TIMESTAMP,NumImages,ContextTokens,GeneratedTokens\n2024-10-15T12:00:00.269Z,0,5,6\n2024-10-15T12:00:01.270Z,2,7,8\n',
      [at(0, 5, 6, 'text'), at(1001, 7, 8, 'images')],
    ],
  ])('%s', async (_, text, entries) => {
    for (const bytes of [Buffer.from(text), gzipSync(text)]) {
      const file = written('azure', bytes);
      expect(await recognised(file)).toBe('azure');
      const found = await entriesOf(file);
      expect(
        found.map((entry) => ({ ...entry, atMs: Math.round(entry.atMs! * 1e4) / 1e4 })),
      ).toEqual(entries);
    }
  });
});

describe('a wrong row is named', () => {
  test.each([
    ['x,1,2', /line 3: TIMESTAMP: found "x"; expected a time/],
    ['2023-02-30 00:00:00,1,2', /line 3: TIMESTAMP: found "2023-02-30 00:00:00"/],
    ['2023-11-16 25:00:00,1,2', /line 3: TIMESTAMP/],
    ['2023-11-16 18:15:46,,2', /line 3: ContextTokens: found ""; expected tokens >= 0/],
    ['2023-11-16 18:15:46,1,-2', /line 3: GeneratedTokens: found "-2"/],
    ['2023-11-16 18:15:46,1,2.5', /line 3: GeneratedTokens: found "2\.5"/],
    ['2023-11-16 18:15:46,1', /line 3: found 2 cells; expected 3: TIMESTAMP, ContextTokens/],
  ])('%s', async (row, message) => {
    const file = written('wrong.csv', `${HEADER}\n2023-11-16 18:15:46.1,1,2\n${row}\n`);
    await expect(entriesOf(file)).rejects.toThrow(message);
    await expect(entriesOf(file)).rejects.toThrow(`${file}: line 3: `);
  });

  test('and so is a header without a column', async () => {
    const file = written('header.csv', 'TIMESTAMP,ContextTokens\n2023-11-16 18:15:46.1,1\n');
    await expect(entriesOf(file, azure)).rejects.toThrow(
      /line 1: found the columns TIMESTAMP, ContextTokens; expected GeneratedTokens as well/,
    );
  });
});

test('moments count their zone, and whole years', () => {
  const zero = momentOf('1970-01-01 00:00:00')!;
  const same = [
    '2024-05-13T02:30:00.5+02:30',
    '2024-05-12 19:00:00.5-0500',
    '2024-05-13 00:00:00.5Z',
  ];
  for (const text of same) {
    expect(msBetween(zero, momentOf(text)!)).toBe(Date.UTC(2024, 4, 13) + 500);
  }
  expect(momentOf('2024-05-13')).toBeUndefined();
});

test.skipIf(NO_TRACE)(
  titled(
    '001-21 the conversation trace: 191 requests in the first 60 s, lengths its own',
    NO_TRACE,
  ),
  async () => {
    const entries = await entriesOf(TRACE);
    expect(entries).toHaveLength(19_366);
    const first = entries.filter(({ atMs }) => atMs! < 60_000);
    expect(first).toHaveLength(191);
    expect(first[0]).toEqual({ atMs: 0, inputTokens: 374, outputTokens: 44 });
    const sum = (field: 'inputTokens' | 'outputTokens') =>
      entries.reduce((total, entry) => total + entry[field]!, 0) / entries.length;
    expect(sum('inputTokens')).toBeCloseTo(1154.7, 1);
    expect(sum('outputTokens')).toBeCloseTo(211.1, 1);
    expect(entries.at(-1)!.atMs).toBeCloseTo(3_501_721.9, 0);
  },
);
