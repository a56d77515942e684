import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  intervalNumbers,
  multiRoundQaText,
  processSummary,
  runNumbers,
} from '../../../src/dialects/multi-round-qa/summary.ts';
import { writeMultiRoundQaCsv } from '../../../src/export/csv.ts';
import { Intervals } from '../../../src/stats/interval.ts';
import { ORIGIN_EPOCH_MS, samplePart, turnRecord } from '../../record/sample.ts';

let path: string;
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'confab-summary-'));
  path = join(dir, 'summary.csv');
});
afterEach(() => rmSync(dir, { recursive: true }));

// Two requests of 100 and 300 input, 20 and 60 output tokens, from 1000 s to 1010 s:
// generation 20/2 and 60/3 tokens/s, TTFT 0.5 and 1.5 s.
const EXPECTED = `\
==================== Performance summary ======================
  QPS: 0.0000 reqs/s (configured; not in a CSV)
  Actual QPS: 0.2000 reqs/s
  Processing speed: 0.2000 reqs/s
  Requests on-the-fly: 0
  Failed requests: - (not in a CSV)
  Input tokens per second: 40.0000 tokens/s
  Output tokens per second: 8.0000 tokens/s
  Average generation throughput (per request): 15.0000 tokens/req/s
  Average TTFT: 1.0000s
Time range: 1000 - 1010 (10.00s)
===============================================================`;

test.each([
  [
    'production-stack',
    'prompt_tokens,generation_tokens,ttft,generation_time,user_id,question_id,launch_time,finish_time',
    ['100,20,0.5,2.0,1,1,1000.0,1002.5', '300,60,1.5,3.0,2,1,1001.0,1010.0'],
  ],
  [
    'LMBenchmark, without user ids',
    'prompt_tokens,generation_tokens,ttft,generation_time,launch_time,finish_time',
    ['100,20,0.5,2.0,1000.0,1002.5', '300,60,1.5,3.0,1001.0,1010.0'],
  ],
  [
    'the fork',
    'prompt_tokens,generation_tokens,ttft,ttlt,generation_time,itls,user_id,question_id,launch_time,finish_time',
    ['100,20,0.5,2.5,2.0,[],1,1,1000.0,1002.5', '300,60,1.5,4.5,3.0,[],2,1,1001.0,1010.0'],
  ],
])('the summary of a CSV of %s', (_, head, rows) => {
  writeFileSync(path, [head, ...rows, ''].join('\n'));
  expect(processSummary(path)).toBe(EXPECTED);
});

const HEAD = 'prompt_tokens,generation_tokens,ttft,generation_time,launch_time,finish_time';

test.each([
  ['no row', []],
  ['one row that took no time', ['10,5,0,0,1000,1000']],
  ['a request without a token', ['10,0,,,1000,1001']],
])('%s gives no NaN and no infinity', (_, rows) => {
  writeFileSync(path, [HEAD, ...rows, ''].join('\n'));
  const text = processSummary(path);
  expect(text).not.toMatch(/NaN|Infinity|undefined/);
  expect(text).toContain('Average generation throughput (per request): - tokens/req/s');
});

test('a live run prints what its CSV does, and what a CSV does not hold', () => {
  const failed = turnRecord({ status: 'http', sentMs: 1500 });
  const part = samplePart();
  const run = { parts: [{ ...part, records: [...part.records, failed] }], warnings: [] };
  writeMultiRoundQaCsv(path, run);
  const numbers = runNumbers(run, 0.5);
  expect(numbers.failed).toBe(6);
  expect(numbers.actualQps).toBeGreaterThan(numbers.finishedPerSec);
  const live = multiRoundQaText(numbers).split('\n');
  const again = processSummary(path).split('\n');
  const differing = live.filter((line, index) => line !== again[index]);
  expect(differing).toEqual([
    '  QPS: 0.5000 reqs/s (configured)',
    expect.stringContaining('  Actual QPS: '),
    '  Failed requests: 6',
  ]);
});

test('an interval is the summary of its window; an idle one has zeros and dashes', () => {
  const intervals = new Intervals(0);
  intervals.add(turnRecord());
  const run = { configuredQps: 0.5, originEpochMs: ORIGIN_EPOCH_MS };
  const text = multiRoundQaText(intervalNumbers(intervals.cut(30_000, 2), run));
  expect(text).toContain('Actual QPS: 0.1000 reqs/s');
  expect(text).toContain('Processing speed: 0.0333 reqs/s');
  expect(text).toContain('Requests on-the-fly: 2');
  expect(text).toContain('Average TTFT: 0.1000s');
  const startSec = ORIGIN_EPOCH_MS / 1000;
  expect(text).toContain(`Time range: ${startSec} - ${startSec + 30} (30.00s)`);
  const idle = multiRoundQaText(intervalNumbers(intervals.cut(60_000, 2), run));
  expect(idle).toContain('Processing speed: 0.0000 reqs/s');
  expect(idle).toContain('Average TTFT: -s');
});
