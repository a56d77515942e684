import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { AibrixRecord } from '../../src/export/aibrix.ts';
import { confab, journalOf, runFolder } from '../support/confab.ts';
import { freshFolder, ROOT } from '../support/folders.ts';
import { type Reply, startLoggingServer } from '../support/logging-server.ts';

const WORKLOAD = join(ROOT, 'corpora/sample-workload.jsonl');

type Line = AibrixRecord & { readonly input: { role: string; content: string }[] };

/** Plays the sample as fast as it goes, against a server that answers so. */
async function client(
  reply: (index: number) => Reply,
  ...flags: string[]
): Promise<{ lines: Line[]; cwd: string; code: number | null; stdout: string }> {
  const server = await startLoggingServer({ reply: ({ index }) => reply(index) });
  const cwd = freshFolder();
  const args = ['client.client', '--workload-path', WORKLOAD, '--endpoint', server.url];
  const { code, stdout, stderr } = await confab(
    [...args, '--model', 'mock', '--time-scale', '0.02', ...flags],
    { cwd },
  );
  await server.close();
  expect(code, stderr).not.toBe(2);
  const text = readFileSync(join(cwd, 'output.jsonl'), 'utf8').trim();
  return { lines: text.split('\n').map((line) => JSON.parse(line)), cwd, code, stdout };
}

const POD = { 'Target-Pod': '10.0.0.7:8000', 'Request-Id': 'r-1' };

describe('confab client.client', () => {
  test.each([
    ['streamed', ['--streaming']],
    ['whole', []],
  ])('001-29 001-37 writes its records, with the pod that answered: %s', async (mode, flags) => {
    const { lines, cwd, code } = await client(() => ({ tokens: 3, headers: POD }), ...flags);
    expect(code).toBe(0);
    expect(lines).toHaveLength(7);
    for (const line of lines) {
      expect(line).toMatchObject({
        ...{ status: 'success', target_pod: '10.0.0.7:8000', target_request_id: 'r-1' },
        ...{ prompt_tokens: 7 * line.input.length, output_tokens: 3 },
      });
      expect(line.output).toMatch(/^answer \d word1 word2$/);
      expect(line.ttft === null).toBe(mode === 'whole');
      // Unix time, of this year or a later one.
      expect(line.start_time).toBeGreaterThan(Date.UTC(2026) / 1000);
      expect(line.end_time! - line.start_time!).toBeCloseTo(line.latency!, 5);
    }
    const sessions = lines.map((line) => line.session_id);
    expect(sessions.filter((id) => id === 'a')).toHaveLength(3);
    expect(sessions.filter((id) => id === null)).toHaveLength(2);
    const last = lines.filter((line) => line.session_id === 'a').at(-1)!;
    expect(last.input.map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'user',
      'assistant',
      'user',
    ]);
    const { records } = journalOf(cwd);
    expect(records[0]!.responseHeaders).toEqual({
      'target-pod': '10.0.0.7:8000',
      'request-id': 'r-1',
    });
    const analysed = await confab(['client.analyze', '--trace', 'output.jsonl', '--json'], { cwd });
    expect(JSON.parse(analysed.stdout)).toMatchObject({
      ...{ requests: { total: 7, completed: 7 }, errors: { total: 0, share: 0 } },
      metrics: { outputTokens: { count: 7, total: 21, mean: 3, median: 3, p99: 3 } },
    });
  });

  test('001-33 a request that gets no answer in time is an error, and its session goes on', async () => {
    const { lines, code } = await client(
      (index) => (index === 0 ? { kind: 'silence' } : {}),
      ...['--streaming', '--timeout-second', '1'],
    );
    expect(code).toBe(0);
    const [failed, ...others] = lines.toSorted((a, b) => a.request_id - b.request_id);
    expect(failed).toMatchObject({ status: 'error', error_type: 'timeout', output_tokens: 0 });
    expect(failed!.latency).toBeGreaterThan(0.99);
    expect(others.map(({ status }) => status)).toEqual(Array(6).fill('success'));
    // What failed is not said again: questions and answers take turns.
    const last = lines.filter((line) => line.session_id === 'a').at(-1)!;
    expect(last.input.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
  });

  test('001-33 --max-retries tries again; the pod of a refusal is kept as well', async () => {
    const refuse = (most: number) => (index: number) =>
      index < most
        ? ({ kind: 'status', status: 503, headers: POD } as const)
        : ({ headers: { 'target-pod': 'other' } } as const);
    const hasty = ['--set', 'failure.backoffSec=0.001'];
    const again = await client(refuse(1), '--max-retries', '1', ...hasty);
    expect(again.lines.map(({ status }) => status)).toEqual(Array(7).fill('success'));
    const { lines } = await client(refuse(1), ...hasty);
    const failed = lines.filter(({ status }) => status === 'error');
    expect(failed).toEqual([
      expect.objectContaining({ error_type: 'http', target_pod: '10.0.0.7:8000', ttft: null }),
    ]);
  });
});

test('--print-scenario says what the flags mean, and sends nothing', async () => {
  const args = ['client', '--workload-path', WORKLOAD, '--duration-limit', '90'];
  const { stdout, code } = await confab([
    ...args,
    '--max-concurrent-sessions',
    '4',
    '--print-scenario',
  ]);
  expect(code).toBe(0);
  for (const line of ['source: trace', 'maxActive: 4', 'afterSec: 90', 'drainTimeoutSec: 0']) {
    expect(stdout).toContain(line);
  }
});

describe('confab analyze', () => {
  test('001-41 draws the nine metrics over time', async () => {
    const cwd = freshFolder();
    const sample = ['client', '--workload-path', WORKLOAD, '--simulate', '--streaming'];
    await confab(sample, { cwd });
    const { code, stderr } = await confab(['analyze', 'output.jsonl', '--output', 'out'], { cwd });
    expect(code, stderr).toBe(0);
    const svg = readFileSync(join(cwd, 'out/performance_metrics_time_series.svg'), 'utf8');
    expect(svg).toMatch(/^<svg|<\?xml/);
  });

  test('001-40 says what was good, of a run folder as of its records', async () => {
    const cwd = freshFolder();
    const sample = ['client', '--workload-path', WORKLOAD, '--simulate', '--streaming'];
    await confab(sample, { cwd });
    const dir = runFolder(cwd);
    const goodput = ['--goodput-target', 'ttft:0.03', '--goodput-target', 'e2e:1', '--json'];
    const ofFile = await confab(['analyze', 'output.jsonl', ...goodput], { cwd });
    const ofRun = await confab(['analyze', dir, ...goodput], { cwd });
    const { files: _, ...fromFile } = JSON.parse(ofFile.stdout);
    const { files: __, ...fromRun } = JSON.parse(ofRun.stdout);
    expect(fromRun).toEqual(fromFile);
    expect(fromRun.goodput.judged).toBe(7);
  });

  test.each([
    [['analyze'], 'FILE: missing; expected records of AIBrix'],
    [['analyze', 'nowhere.jsonl'], 'cannot read data file nowhere.jsonl'],
    [['analyze', WORKLOAD], 'line 1: status: missing; expected success, error'],
    [['analyze', WORKLOAD, '--goodput-target', 'itl:1'], "--goodput-target: found 'itl:1'"],
    [['analyze', WORKLOAD, '--figure', 'a.pdf'], 'a.pdf: found a name that ends in .pdf'],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await confab(args);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });
});

test('the workload is not written over', async () => {
  const cwd = freshFolder();
  const line = '{"timestamp":0,"requests":[{"prompt":"a","prompt_length":1,"output_length":1}]}\n';
  writeFileSync(join(cwd, 'w.jsonl'), line);
  const args = ['client', '--workload-path', 'w.jsonl', '--output-file-path', 'w.jsonl'];
  expect(await confab([...args, '--simulate'], { cwd })).toMatchObject({
    code: 2,
    stderr: 'error: --output-file-path: found w.jsonl, which is read too; expected another file\n',
  });
  expect(readFileSync(join(cwd, 'w.jsonl'), 'utf8')).toBe(line);
});
