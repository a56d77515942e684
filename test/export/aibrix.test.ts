import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readAibrixRecords } from '../../src/analysis/aibrix-records.ts';
import { analyse } from '../../src/analysis/analysis.ts';
import { goodputTargets } from '../../src/analysis/goodput.ts';
import { runRequests } from '../../src/analysis/run-requests.ts';
import { type AibrixRecord, type TextOf, writeAibrix } from '../../src/export/aibrix.ts';
import type { TurnRecord } from '../../src/record/record.ts';
import type { Run } from '../../src/record/run-folder.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import { Message } from '../../src/workload/message.ts';
import { header, ORIGIN_EPOCH_MS, SCENARIO, samplePart, turnRecord } from '../record/sample.ts';
import { scratchDir } from '../workload/scratch.ts';
import { mixedRun } from './sample-run.ts';

const dir = scratchDir();

type Line = AibrixRecord & { readonly input: unknown };

function written(
  run: Run,
  { isStreamed = true, textOf }: { isStreamed?: boolean; textOf?: TextOf } = {},
) {
  const path = join(dir, 'records.jsonl');
  writeAibrix(path, run, isStreamed, textOf);
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  return { path, lines: lines.map((line): Line => JSON.parse(line)) };
}

function runOf(records: TurnRecord[], scenario: ScenarioInput = SCENARIO): Run {
  return { parts: [samplePart({ header: header({}, scenario), records })], warnings: [] };
}

const FIELDS = [
  ...['request_id', 'status', 'input', 'output', 'prompt_tokens', 'output_tokens', 'total_tokens'],
  ...['latency', 'throughput', 'start_time', 'end_time', 'ttft', 'tpot', 'target_pod'],
  ...['target_request_id', 'session_id'],
];
const ERROR_FIELDS = ['error_type', 'error_message', 'error_traceback'];

describe('001-29: records of AIBrix’s client', () => {
  test('have all of its fields, in its order', () => {
    const { lines } = written(runOf([turnRecord(), turnRecord({ userId: 2, status: 'http' })]));
    expect(Object.keys(lines[0]!)).toEqual(FIELDS);
    expect(Object.keys(lines[1]!).filter((name) => !ERROR_FIELDS.includes(name))).toEqual(FIELDS);
    expect(Object.keys(lines[1]!)).toEqual(expect.arrayContaining(ERROR_FIELDS));
  });

  test('are in seconds and Unix time; TPOT is of the gaps between tokens', () => {
    const headers = { 'target-pod': '10.0.0.7:8000', 'request-id': 'r-1' };
    const record = turnRecord({ userId: 9, sentMs: 2000, responseHeaders: headers });
    const start = (ORIGIN_EPOCH_MS + 2000) / 1000;
    expect(written(runOf([record])).lines).toEqual([
      {
        ...{ request_id: 0, status: 'success', input: null, output: null },
        ...{ prompt_tokens: 1032, output_tokens: 10, total_tokens: 1042 },
        ...{ latency: 0.195, throughput: expect.closeTo(10 / 0.195, 6) },
        ...{ start_time: start, end_time: start + 0.195, ttft: 0.1 },
        // (195 ms - 100 ms) over the 9 gaps of 10 tokens.
        tpot: 0.010556,
        ...{ target_pod: '10.0.0.7:8000', target_request_id: 'r-1', session_id: 9 },
      },
    ]);
  });

  test('come in the order in which they ended, numbered as they were due', () => {
    const slow = turnRecord({ userId: 1, sentMs: 1000, endMs: 9000 });
    const quick = turnRecord({ userId: 2, sentMs: 2000 });
    const { lines } = written(runOf([slow, quick]));
    expect(lines.map((line) => [line.session_id, line.request_id])).toEqual([
      [2, 1],
      [1, 0],
    ]);
  });

  test('say of a failure what and why, with zeros as theirs, and of a cut one that it is unknown', () => {
    const unknown = { inputTokens: undefined, outputTokens: undefined } as object;
    const run = runOf([
      turnRecord({ ...unknown, status: 'timeout', reason: 'no token within 60 s' }),
      turnRecord({ ...unknown, userId: 2, status: 'cancelled', endMs: 5000 }),
      { ...NEVER, intendedMs: 9000 },
    ]);
    const { lines } = written(run);
    expect(lines[0]).toMatchObject({
      ...{ status: 'error', error_type: 'timeout', error_message: 'no token within 60 s' },
      ...{ prompt_tokens: 0, output_tokens: 0, total_tokens: 0, throughput: 0 },
      ...{ ttft: null, tpot: null, latency: 0.195 },
    });
    expect(lines[1]).toMatchObject({ status: 'cancelled', total_tokens: null, throughput: null });
    expect(lines[2]).toMatchObject({ status: 'unsent', start_time: null, latency: null });
  });

  test('have the messages, the answer and the session where they were kept', () => {
    const messages = [new Message('user', 'hi'), new Message('assistant', 'ho')];
    const textOf: TextOf = ({ userId }) =>
      ({
        1: { messages, answer: 'so', session: '7' },
        2: { session: null },
        3: { session: '007' },
      })[userId];
    const records = [1, 2, 3, 4].map((userId) => turnRecord({ userId, sentMs: 1000 * userId }));
    const { lines } = written(runOf(records), { textOf });
    expect(lines.map((line) => line.session_id)).toEqual([7, null, '007', 4]);
    expect(lines[0]).toMatchObject({
      input: [
        { role: 'user', content: 'hi' },
        { role: 'assistant', content: 'ho' },
      ],
      output: 'so',
    });
  });

  test('of answers that came whole have no TTFT and no TPOT', () => {
    const { lines } = written(runOf([turnRecord()]), { isStreamed: false });
    expect(lines[0]).toMatchObject({ ttft: null, tpot: null, latency: 0.195 });
  });

  test.each([true, false])(
    'say the same to an analysis as the run (streamed: %s)',
    async (stream) => {
      const { run } = mixedRun({ target: { url: 'http://localhost:1', model: 'm', stream } });
      const targets = goodputTargets(['e2e:0.2', 'tpot:0.01']);
      const { path } = written(run, { isStreamed: stream });
      const ofFile = analyse(['x'], await readAibrixRecords(path), targets);
      expect(analyse(['x'], runRequests(run), targets)).toEqual(ofFile);
      expect(ofFile.requests).toMatchObject({ failed: 3, cancelled: 1, unsent: 1 });
      expect('ttftSec' in ofFile.metrics).toBe(stream);
    },
  );
});

const NEVER: TurnRecord = {
  ...{ userId: 5, turn: 0, turns: 1, phase: 'measure', status: 'unsent' },
  ...{ reason: 'the run stopped', attempts: 0, reconnects: 0, chunks: 0 },
};

test.each([
  [
    '{"status":"fine"}',
    'line 1: status: found "fine"; expected success, error, cancelled or unsent',
  ],
  ['[1]', 'line 1: found [1]; expected an object'],
  [
    '{"status":"error"}\n{',
    'line 2: found {, which breaks off; expected JSON: is the file complete?',
  ],
  [
    '{"status":"error","latency":"1"}',
    'line 1: latency: found "1"; expected seconds >= 0, or null',
  ],
  [
    '{"status":"success","start_time":1,"end_time":2}',
    'line 1: latency: missing; expected seconds of a completed request',
  ],
  [
    '{"status":"error","total_tokens":1.5}',
    'line 1: total_tokens: found 1.5; expected tokens >= 0, or null',
  ],
  ['\n', "it is empty; expected records of AIBrix's client, a JSON object a line"],
])('records that are none are refused: %j', async (text, message) => {
  const path = join(dir, 'bad.jsonl');
  writeFileSync(path, text);
  await expect(readAibrixRecords(path)).rejects.toThrow(`${path}: ${message}`);
});
