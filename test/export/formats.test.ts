import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse as parseCsv } from 'csv-parse/sync';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { EXPORTS } from '../../src/export/exports.ts';
import { junitXml } from '../../src/export/junit.ts';
import { prometheusText } from '../../src/export/prometheus.ts';
import { reportCsv } from '../../src/export/report-csv.ts';
import { summarise } from '../../src/report/run-summary.ts';
import type { ExportFormat } from '../../src/scenario/output.ts';
import { labelsOf, samplesOf } from '../../src/server/exposition.ts';
import { METRIC_NAMES } from '../../src/stats/metrics.ts';
import { footer, header, samplePart, turnRecord } from '../record/sample.ts';
import { mixedRun } from './sample-run.ts';

// Whether the tools themselves read these files is asked by read-back.py.

const { run, summary } = mixedRun();
const { ttftMs, tpotMs, iclMs, latencyMs } = summary.distributions;
let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'confab-formats-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

// biome-ignore lint/suspicious/noExplicitAny: files of other tools
type Json = any;

async function written(format: ExportFormat, of = { run, summary }): Promise<string> {
  const path = join(dir, format);
  await EXPORTS[format].write(of, path);
  return readFileSync(path, 'utf8');
}

test('vllm: the report’s numbers under the names of bench serve, in its units', async () => {
  const json: Json = JSON.parse(await written('vllm'));
  expect(json).toMatchObject({
    backend: 'openai-chat',
    model_id: 'llama',
    date: '20260102-030405',
    num_prompts: summary.counts.planned,
    completed: summary.counts.completed,
    failed: summary.counts.failed,
    duration: 120,
    burstiness: 1,
    request_goodput: null,
  });
  const measured = { ttft: ttftMs!, tpot: tpotMs!, itl: iclMs!, e2el: latencyMs! };
  for (const [name, { mean, p50, std, p99, p999 }] of Object.entries(measured)) {
    expect(json[`mean_${name}_ms`]).toBeCloseTo(mean, 5);
    expect(json[`median_${name}_ms`]).toBeCloseTo(p50, 5);
    expect(json[`std_${name}_ms`]).toBeCloseTo(std!, 5);
    expect(json[`p99_${name}_ms`]).toBeCloseTo(p99, 5);
    if (p999 === undefined) expect(json).not.toHaveProperty(['p99.9_ttft_ms']);
    else expect(json[`p99.9_${name}_ms`]).toBeCloseTo(p999, 5);
  }
});

test('vllm: the arrays have a value for each request that ended by itself', async () => {
  const json: Json = JSON.parse(await written('vllm'));
  const { completed, failed } = summary.counts;
  const arrays = ['input_lens', 'output_lens', 'ttfts', 'itls', 'latencies', 'start_times'];
  for (const name of [...arrays, 'errors']) expect(json[name]).toHaveLength(completed + failed);
  const at = json.errors.indexOf('http: no, "free" <slot>\nhere');
  expect(arrays.map((name) => json[name][at])).toEqual([0, 0, 0, [], 0, 8]);
  const unknown = json.start_times.indexOf(7);
  expect(arrays.map((name) => json[name][unknown]).slice(0, 3)).toEqual([null, null, 0.1]);
  expect(json.itls[unknown]).toEqual(Array(9).fill(0.01));
});

test('aiperf: a line for every request that was begun, with nanoseconds to the last digit', async () => {
  const text = await written('aiperf');
  const lines: Json[] = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const begun = run.parts[0]!.records.filter(({ status }) => status !== 'unsent');
  expect(lines).toHaveLength(begun.length);
  const of = (user: number) => lines.find(({ metadata }) => metadata.conversation_id === `${user}`);
  expect(text).toContain('"request_start_ns":1767323052000000000,');
  expect(of(101)).toMatchObject({
    metadata: { turn_index: 0, benchmark_phase: 'profiling', was_cancelled: false },
    metrics: {
      time_to_first_token: { value: 100, unit: 'ms' },
      request_latency: { value: 195, unit: 'ms' },
    },
  });
  expect(of(101).metrics).not.toHaveProperty('input_sequence_length');
  expect(of(102)).toMatchObject({ metrics: {}, error: { code: 503, type: 'http' } });
  expect(of(103)).toMatchObject({
    metadata: { was_cancelled: true },
    error: { type: 'RequestCancellationError' },
  });
  expect(of(104).metadata.benchmark_phase).toBe('warmup');
});

test('aiperf-summary: the report’s statistics', async () => {
  const json: Json = JSON.parse(await written('aiperf-summary'));
  expect(json.time_to_first_token.p95).toBeCloseTo(ttftMs!.p95, 5);
  expect(json.inter_token_latency.avg).toBeCloseTo(tpotMs!.mean, 5);
  expect(json.request_count).toEqual({ unit: 'requests', avg: summary.counts.completed });
});

test('guidellm: distributions of completed requests, each turn by itself, and the requests', async () => {
  const json: Json = JSON.parse(await written('guidellm'));
  const [{ metrics, requests, scheduler_metrics }] = json.benchmarks;
  expect(metrics.time_to_first_token_ms.successful.percentiles.p95).toBeCloseTo(ttftMs!.p95, 5);
  expect(metrics.request_latency.successful.mean).toBeCloseTo(latencyMs!.mean / 1000, 5);
  expect(metrics.request_latency.errored.count).toBe(0);
  expect(metrics.turns).toHaveLength(5);
  const { completed, failed, cancelled } = summary.counts;
  const counted = { successful: completed, errored: failed, incomplete: cancelled };
  expect(metrics.request_totals).toEqual({ ...counted, total: completed + failed + cancelled });
  for (const [status, count] of Object.entries(counted)) {
    expect(requests[status]).toHaveLength(count);
  }
  expect(scheduler_metrics.queued_time_avg).toBe(-1);
});

test('llm-d: statistics in milliseconds, sessions, and how prompts were', async () => {
  const { run: head, results, scenario }: Json = parseYaml(await written('llm-d'));
  const { latency, requests } = results.request_performance.aggregate;
  expect(latency.time_to_first_token).toMatchObject({ units: 'ms' });
  expect(latency.time_to_first_token.p95).toBeCloseTo(ttftMs!.p95, 5);
  expect(requests).toMatchObject({ failures: summary.counts.failed, incomplete: 1 });
  expect(results.session_performance.sessions.total).toBe(summary.conversations.seen);
  expect(head.time).toMatchObject({ start: '2026-01-02T03:04:05.000Z', duration: 'PT120.000S' });
  expect(scenario.load.standardized.input_seq_len).toMatchObject({ distribution: 'other' });
});

test.each<ExportFormat>([
  'vllm',
  'aiperf',
  'aiperf-summary',
  'guidellm',
  'llm-d',
  'prometheus',
  'junit',
  'parquet',
  'planned-csv',
])('%s: a run in which nothing was sent can be written', async (format) => {
  const none = { parts: [samplePart({ records: [], footer: undefined })], warnings: [] };
  const text = await written(format, { run: none, summary: summarise(none) });
  expect(text).not.toMatch(/NaN|Infinity|undefined/);
  if (format === 'vllm' || format === 'guidellm') JSON.parse(text);
});

test('junit: a case for the run and for each threshold, with what was found', () => {
  const xml = junitXml(summary);
  expect(xml).toContain('<testsuite name="sample" tests="4" failures="2" errors="0"');
  expect(xml).toContain(
    '<testcase name="maxErrorRate &lt;= 0.5" classname="confab.sample" time="0.000"/>',
  );
  expect(xml).toMatch(/<failure message="ttftMs.p95: found [\d.]+; accepted up to 1"/);
  expect(xml).toContain('engineQueueMs.max: found nothing measured; accepted up to 5');
  expect(xml).toContain('value="confab run a.yaml --set \'x=&lt;&quot;y&quot;&gt;\'"');
});

test('junit: a run that completed nothing fails, and one that was broken off is an error', () => {
  const xmlOf = (...parts: Parameters<typeof samplePart>) =>
    junitXml(summarise({ parts: [samplePart(...parts)], warnings: [] }));
  const failed = turnRecord({ status: 'connect', firstTokenMs: undefined });
  expect(xmlOf({ records: [failed] })).toContain('none of 1 planned requests was completed');
  expect(xmlOf({ footer: footer({ stoppedBy: 'interrupt' }) })).toContain('errors="1"');
  expect(xmlOf({ footer: undefined })).toContain('did not end in order');
});

test('junit: texts that XML cannot hold are marked', () => {
  const odd = header({ commandLine: 'a\u0000b\u001b[1m & \ud800' });
  const xml = junitXml(summarise({ parts: [samplePart({ header: odd })], warnings: [] }));
  expect(xml).toContain('value="a\ufffdb\ufffd[1m &amp; \ufffd"');
});

test('prometheus: base units, quantiles, and no sample of what is unknown', () => {
  const text = prometheusText(summary);
  const samples = samplesOf(text, () => true);
  const ttft = samples.filter(({ name }) => name.startsWith('confab_ttft_seconds'));
  const of = (quantile: string) =>
    ttft.find(({ labelText }) => labelsOf(labelText)['quantile'] === quantile)!;
  expect(of('0.95').value).toBeCloseTo(ttftMs!.p95 / 1000, 8);
  expect(ttft.find(({ name }) => name.endsWith('_count'))!.value).toBe(ttftMs!.count);
  expect(text).not.toMatch(/engine_prefill|NaN|undefined/);
  expect(text).toContain('confab_threshold_is_kept{run="sample",threshold="ttftMs.p95"} 0\n');
  expect(text.endsWith('\n')).toBe(true);
});

test('prometheus: every family has its help and type once, before its samples; labels are escaped', () => {
  const target = { url: 'http://x/v1', model: 'a"b\\c\nd' };
  const text = prometheusText(mixedRun({ target }).summary);
  expect(text).toContain(String.raw`model="a\"b\\c\nd"`);
  let family = '';
  const seen = new Set<string>();
  for (const line of text.trimEnd().split('\n')) {
    const [, kind, name] = /^# (HELP|TYPE) (\S+) \S/.exec(line) ?? [];
    if (kind === 'HELP') {
      expect(seen.has(name!)).toBe(false);
      seen.add((family = name!));
    } else if (kind === 'TYPE') expect(name).toBe(family);
    else expect(line.replace(family, '')).toMatch(/^(_sum|_count)?\{run="sample".*\} -?[\d.]+$/);
  }
});

test('the report as a CSV has a row for every metric and every number of the run', () => {
  const rows: Record<string, string>[] = parseCsv(reportCsv(summary), { columns: true });
  const of = (name: string) => rows.find((row) => row['name'] === name)!;
  for (const name of METRIC_NAMES) expect(of(name)).toBeDefined();
  expect(Number(of('ttftMs')['p95'])).toBeCloseTo(ttftMs!.p95, 5);
  expect(of('counts.completed')['value']).toBe(String(summary.counts.completed));
  expect(of('enginePrefillMs')).toMatchObject({ count: '0', mean: '', p95: '' });
});
