import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { UsageError } from '../../src/base/errors.ts';
import { writeMultiRoundQaCsv } from '../../src/export/csv.ts';
import { readMultiRoundQaCsv } from '../../src/export/read-csv.ts';
import type { TurnRecord } from '../../src/record/record.ts';
import { header, ORIGIN_EPOCH_MS, samplePart, turnRecord } from '../record/sample.ts';

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'confab-csv-'));
  path = join(dir, 'summary.csv');
});
afterEach(() => rmSync(dir, { recursive: true }));

function written(...records: TurnRecord[]): Record<string, string>[] {
  const run = { parts: [samplePart({ records })], warnings: [] };
  expect(writeMultiRoundQaCsv(path, run)).toBe(parse(readFileSync(path), { columns: true }).length);
  return parse(readFileSync(path), { columns: true });
}

test('M-23 the first eight columns are those of multi-round-qa.py, in its order', () => {
  written(turnRecord());
  expect(readFileSync(path, 'utf8').split('\n')[0]).toBe(
    'prompt_tokens,generation_tokens,ttft,generation_time,user_id,question_id,launch_time,finish_time,' +
      'ttlt,status,lateness,cached_tokens,turn,turns,attempts,finish_reason',
  );
});

test('M-23 times are seconds, launch and finish Unix time, and the question has its real number', () => {
  const record = turnRecord({ userId: 12, turn: 3, turns: 5, sentMs: 2001, intendedMs: 1996 });
  expect(written(record)).toEqual([
    {
      prompt_tokens: '1032',
      generation_tokens: '10',
      ttft: '0.100000',
      generation_time: '0.095000',
      user_id: '12',
      question_id: '4',
      launch_time: `${ORIGIN_EPOCH_MS / 1000 + 2}.001000`,
      finish_time: `${ORIGIN_EPOCH_MS / 1000 + 2}.196000`,
      ttlt: '0.195000',
      status: 'ok',
      lateness: '0.005000',
      cached_tokens: '992',
      turn: '3',
      turns: '5',
      attempts: '1',
      finish_reason: 'length',
    },
  ]);
});

test('only measured, completed requests are rows, in the order of launching', () => {
  const rows = written(
    turnRecord({ userId: 2, sentMs: 5000 }),
    turnRecord({ userId: 1, sentMs: 1000 }),
    turnRecord({ userId: 3, status: 'timeout' }),
    turnRecord({ userId: 4, status: 'cancelled' }),
    turnRecord({ userId: 5, phase: 'warmup' }),
  );
  expect(rows.map((row) => row['user_id'])).toEqual(['1', '2']);
});

test('what is unknown is empty, not zero', () => {
  const { firstTokenMs: _, inputTokens: __, cachedTokens: ___, ...silent } = turnRecord();
  expect(written(silent)).toMatchObject([
    { prompt_tokens: '', ttft: '', generation_time: '', cached_tokens: '', ttlt: '0.195000' },
  ]);
});

test('an odd finish reason stays in its column', () => {
  expect(written(turnRecord({ finishReason: 'a,"b"\nc' }))[0]!['finish_reason']).toBe('a,"b"\nc');
});

test('the parts of a resumed run are one file', () => {
  const resume = header({ part: 1, originEpochMs: ORIGIN_EPOCH_MS + 1000 });
  const run = {
    parts: [
      samplePart({ records: [turnRecord({ sentMs: 9000 })] }),
      samplePart({ header: resume, records: [turnRecord({ sentMs: 0 })] }),
    ],
    warnings: [],
  };
  expect(writeMultiRoundQaCsv(path, run)).toBe(2);
  const launches = readMultiRoundQaCsv(path).map(({ launchSec }) => launchSec);
  expect(launches).toEqual([ORIGIN_EPOCH_MS / 1000 + 1, ORIGIN_EPOCH_MS / 1000 + 9]);
});

test('a file that cannot be written is named', () => {
  const run = { parts: [samplePart()], warnings: [] };
  expect(() => writeMultiRoundQaCsv(join(dir, 'no', 'x.csv'), run)).toThrow(UsageError);
});

const HEAD = 'prompt_tokens,generation_tokens,ttft,generation_time,launch_time,finish_time';
test.each([
  ['', 'it is empty; expected a CSV of prompt_tokens'],
  [
    'a,ttft\n1,2\n',
    'line 1: found columns a, ttft; expected prompt_tokens, generation_tokens, gen',
  ],
  [
    `${HEAD}\n1,2,3,4,5,6\n1,2,fast,4,5,6\n`,
    "line 3, column ttft: found 'fast'; expected a number",
  ],
  [`${HEAD}\n1,2,3,4,,6\n`, 'line 2, column launch_time: found nothing; expected seconds'],
  [`${HEAD}\n1,2,3\n`, 'on line 2'],
])('%j is refused: %s', (text, message) => {
  writeFileSync(path, text);
  expect(() => readMultiRoundQaCsv(path)).toThrow(UsageError);
  expect(() => readMultiRoundQaCsv(path)).toThrow(path);
  expect(() => readMultiRoundQaCsv(path)).toThrow(message);
});

test('NaN and empty cells are unknown; columns may come in any order, with others between', () => {
  const text = `finish_time,x,launch_time,generation_time,ttft,generation_tokens,prompt_tokens\r\n9,[],8.5,nan,,NaN,7\r\n`;
  writeFileSync(path, `\ufeff${text}`);
  expect(readMultiRoundQaCsv(path)).toEqual([
    {
      promptTokens: 7,
      generationTokens: undefined,
      ttftSec: undefined,
      generationSec: undefined,
      launchSec: 8.5,
      finishSec: 9,
    },
  ]);
});
