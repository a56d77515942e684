import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compare } from '../../src/compare/comparison.ts';
import { nameOf } from '../../src/compare/measure-name.ts';
import { readSide } from '../../src/compare/read-side.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'confab-compare-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

function written(name: string, content: unknown): string {
  const path = join(dir, name);
  const isLines = name.endsWith('.jsonl');
  const lines = isLines ? (content as unknown[]).map((line) => JSON.stringify(line)) : [];
  writeFileSync(path, isLines ? `${lines.join('\n')}\n` : JSON.stringify(content));
  return path;
}

const valuesOf = (path: string) => {
  const comparison = compare([readSide('A', [path]), readSide('B', [path])], {
    margin: 0.05,
    failIfs: [],
    isForced: false,
  });
  const { rows, pairs } = comparison.compared[0]!;
  return { pairs, of: new Map(rows.map((row) => [nameOf(row.measure), row.a])) };
};

/** As vllm bench serve --save-detailed writes it: seconds, and zeros of a failed request. */
const vllm = {
  model_id: 'm',
  duration: 2,
  completed: 2,
  total_input_tokens: 30,
  total_output_tokens: 6,
  request_throughput: 1,
  output_throughput: 3,
  mean_ttft_ms: 150,
  median_ttft_ms: 150,
  p99_ttft_ms: 199,
  input_lens: [10, 20, 10],
  output_lens: [3, 3, 0],
  ttfts: [0.1, 0.2, 0],
  itls: [[0.01, 0.02], [0.03, 0.04], []],
  start_times: [100, 100.5, 101],
  generated_texts: ['a', 'b', ''],
  errors: ['', '', 'Internal Server Error'],
};

test("vLLM's lists are requests, whose answers end with their last chunk", () => {
  const { of, pairs } = valuesOf(written('vllm.json', vllm));
  expect(pairs![0]!.requests.pairs).toBe(3);
  expect(of.get('ttftMs.mean')).toBeCloseTo(150, 6);
  expect(of.get('latencyMs.mean')).toBeCloseTo((130 + 270) / 2, 6);
  expect(of.get('tpotMs.mean')).toBeCloseTo((15 + 35) / 2, 6);
  expect(of.get('iclMs.p50')).toBeCloseTo(25, 6);
  expect(of.get('counts.errorRate')).toBeCloseTo(1 / 3, 6);
  expect(of.get('rates.achievedPerSec')).toBeCloseTo(1, 6);
});

test('without lists there are statistics alone, and no interval', () => {
  const { ttfts, itls, start_times, input_lens, output_lens, errors, ...told } = vllm;
  const { of, pairs } = valuesOf(written('told.json', told));
  expect(pairs).toBeUndefined();
  expect(of.get('ttftMs.p99')).toBe(199);
  expect(of.get('rates.outputTokensPerSec')).toBe(3);
});

const aiperf = (conversation: string, turn: number, startMs: number, ttft: number) => ({
  metadata: {
    conversation_id: conversation,
    turn_index: turn,
    request_start_ns: 1.7e18 + startMs * 1e6,
    request_end_ns: 1.7e18 + (startMs + 500) * 1e6,
    benchmark_phase: 'profiling',
    was_cancelled: false,
  },
  metrics: {
    time_to_first_token: { value: ttft, unit: 'ms' },
    request_latency: { value: 400, unit: 'ms' },
    input_sequence_length: { value: 50, unit: 'tokens' },
    output_sequence_length: { value: 11, unit: 'tokens' },
    inter_chunk_latency: { value: [30, 30], unit: 'ms' },
  },
  error: null,
});

test("AIPerf's lines are requests of conversations, in whatever order they ended", () => {
  const lines = [aiperf('b', 0, 100, 200), aiperf('a', 0, 0, 100), aiperf('a', 1, 600, 300)];
  const warmup = { ...lines[0]!, metadata: { ...lines[0]!.metadata, benchmark_phase: 'warmup' } };
  const failed = { ...aiperf('c', 0, 700, 0), metrics: {}, error: { code: 500, type: 'x' } };
  const path = written('profile_export.jsonl', [...lines, warmup, failed]);
  const { of, pairs } = valuesOf(path);
  expect(pairs![0]!.requests.pairs).toBe(4);
  expect(of.get('ttftMs.mean')).toBeCloseTo(200, 3);
  expect(of.get('tpotMs.mean')).toBeCloseTo(20, 3);
  expect(of.get('counts.errorRate')).toBe(0.25);
  const again = written('again.jsonl', [lines[2], lines[0], failed, lines[1]]);
  const { compared } = compare([readSide('A', [path]), readSide('B', [again])], {
    margin: 0.05,
    failIfs: [],
    isForced: false,
  });
  expect(compared[0]!.pairs![0]!.requests.pairs).toBe(4);
  expect(compared[0]!.rows.every(({ finding }) => finding === 'notDifferent')).toBe(true);
  // The folder that AIPerf writes.
  expect(readSide('A', [dir]).runs[0]!.records).toHaveLength(4);
});

test("AIPerf's summary is statistics alone", () => {
  const summary = {
    request_throughput: { unit: 'requests/sec', avg: 2 },
    request_latency: { unit: 'ms', avg: 400, p50: 390, p99: 600 },
    time_to_first_token: { unit: 'ms', avg: 100, p95: 150 },
  };
  const { of } = valuesOf(written('profile_export_aiperf.json', summary));
  expect(of.get('latencyMs.p99')).toBe(600);
  expect(of.get('ttftMs.p95')).toBe(150);
  expect(of.get('rates.achievedPerSec')).toBe(2);
});

const guidellm = {
  benchmarks: [
    {
      duration: 3,
      metrics: { time_to_first_token_ms: { successful: { count: 2, mean: 75, median: 75 } } },
      requests: {
        successful: [0, 1].map((index) => ({
          request_id: `r${index}`,
          info: {
            conversation_id: `c${index}`,
            turn_index: 0,
            timings: {
              targeted_start: 1000 + index,
              request_start: 1000.01 + index,
              first_token_iteration: 1000.06 + index * 1.05,
              last_token_iteration: 1000.5 + index,
              token_iterations: 5,
              request_end: 1000.51 + index,
            },
          },
          input_metrics: { text_tokens: 10 },
          output_metrics: { text_tokens: 5 },
        })),
        errored: [{ request_id: 'r2', info: { timings: { request_start: 1002 } } }],
        incomplete: [],
      },
    },
  ],
};

test("GuideLLM's requests have their times, of which our metrics are made", () => {
  const { of } = valuesOf(written('guidellm.json', guidellm));
  expect(of.get('ttftMs.mean')).toBeCloseTo(75, 3);
  expect(of.get('latencyMs.mean')).toBeCloseTo(500, 3);
  expect(of.get('ttftFromIntendedMs.mean')).toBeCloseTo(85, 3);
  expect(of.get('counts.errorRate')).toBeCloseTo(1 / 3, 6);
});

test('its older reports have statistics alone', () => {
  const [{ requests: _, ...rest }] = guidellm.benchmarks as [(typeof guidellm.benchmarks)[0]];
  const { of } = valuesOf(written('older.json', { benchmarks: [rest] }));
  expect(of.get('ttftMs.mean')).toBe(75);
});

test('those of its version 0.3 have them beside their other fields', () => {
  const successful = [0, 1].map((index) => ({
    ...{ request_id: `r${index}`, prompt: `p${index}`, prompt_tokens: 100, output_tokens: 5 },
    ...{ start_time: 1000 + index, end_time: 1000.5 + index },
    ...{ first_token_time: 1000.05 + index, last_token_time: 1000.4 + index },
  }));
  const { of, pairs } = valuesOf(
    written('old.json', { benchmarks: [{ requests: { successful } }] }),
  );
  expect(of.get('ttftMs.mean')).toBeCloseTo(50, 3);
  expect(of.get('latencyMs.mean')).toBeCloseTo(500, 3);
  expect(of.get('inputTokens.mean')).toBe(100);
  expect(pairs![0]!.requests.pairs).toBe(2);
});

test('one of several benchmarks is named by its number', () => {
  const [one] = guidellm.benchmarks;
  const two = written('several.json', { benchmarks: [{}, one] });
  expect(readSide('A', [`${two}#2`]).runs[0]!.records).toHaveLength(3);
  expect(() => readSide('A', [`${two}#3`])).toThrow(/benchmarks: found 2; expected 3 or more/);
});

const isPaired = (a: string, b: string) => {
  const options = { margin: 0.05, failIfs: [], isForced: false };
  return !!compare([readSide('A', [a]), readSide('B', [b])], options).compared[0]!.pairs;
};

test("GuideLLM's conversations, whose names are drawn anew, are known by what they begin with", () => {
  const report = (word: string, says: readonly string[]) => {
    const [{ requests, ...rest }] = guidellm.benchmarks as [(typeof guidellm.benchmarks)[0]];
    const successful = requests.successful.map((one, index) => ({
      ...one,
      request_args: says[index],
      info: { ...one.info, conversation_id: `${word}${index}` },
    }));
    return written(`${word}.json`, { benchmarks: [{ ...rest, requests: { successful } }] });
  };
  const a = report('a', ['one', 'two']);
  expect(isPaired(a, report('b', ['two', 'one']))).toBe(true);
  expect(isPaired(a, report('c', ['two', 'three']))).toBe(false);
});

test('requests that are numbered and equally long may be any; who keeps the prompts beside them knows', () => {
  const alike = { ...vllm, input_lens: [10, 10, 10] };
  const file = written('alike.json', alike);
  expect(isPaired(file, written('alike-too.json', alike))).toBe(false);
  const folder = (name: string, says: string) => {
    mkdirSync(join(dir, name));
    written(`${name}/profile_export.jsonl`, [aiperf('session_0', 0, 0, 100)]);
    const data = [{ session_id: 'session_0', payloads: [{ messages: says }] }];
    written(`${name}/inputs.json`, { data });
    return join(dir, name);
  };
  const one = folder('one', 'hi');
  expect(isPaired(one, folder('other', 'ho'))).toBe(false);
  expect(isPaired(one, folder('same', 'hi'))).toBe(true);
});

test("the latency that newer vLLM tells ends as it always did; our export's ends as ours", () => {
  const latencies = [0.13, 0.27, 0];
  const definitions = (name: string, json: object) =>
    readSide('A', [written(name, json)]).runs[0]!.definitions;
  expect(definitions('newer.json', { ...vllm, latencies })).toHaveProperty('latencyMs');
  const { generated_texts: _, ...ours } = { ...vllm, latencies };
  expect(definitions('ours.json', ours)).toEqual({});
});

test("AIPerf's CSV has the numbers of its JSON", () => {
  const path = join(dir, 'profile_export_aiperf.csv');
  writeFileSync(
    path,
    [
      'Metric,avg,min,max,sum,p1,p50,p95',
      'Request Latency (ms),197.86,154.73,212.68,5935.87,165.90,197.39,210.05',
      'Time to First Token (ms),33.82,,,,,32.64,41.49',
      '',
      'Metric,Value',
      'Request Throughput (requests/sec),14.44',
      '',
      'Endpoint,GPU_Index,Metric,avg',
      'here,0,Time to First Token (ms),1',
    ].join('\n'),
  );
  const { of } = valuesOf(path);
  expect(of.get('ttftMs.p95')).toBe(41.49);
  expect(of.get('ttftMs.mean')).toBe(33.82);
  expect(of.get('latencyMs.p50')).toBe(197.39);
  expect(of.get('rates.achievedPerSec')).toBe(14.44);
});

test.each([
  [
    'two.json',
    { benchmarks: [{}, {}] },
    /benchmarks: found 2, each a run of its own; expected which: \S+two\.json#1 to #2$/,
  ],
  ['other.json', { some: 'thing' }, /found JSON of another kind; expected a run folder/],
  ['short.json', { ...vllm, itls: [[]] }, /itls: found 1 values; expected 3, as ttfts has/],
  ['no-list.json', { ...vllm, ttfts: 5 }, /ttfts: found 5; expected a list/],
  ['bad.jsonl', [{ metadata: {} }], /line 1: metadata.request_start_ns: missing; expected nano/],
])('%s is refused', (name, content, message) => {
  expect(() => readSide('A', [written(name, content)])).toThrow(message);
});

test('what is not there is refused', () => {
  expect(() => readSide('A', [join(dir, 'nothing')])).toThrow(/there is no such file or folder/);
});

test('a number of what has one run is refused, whatever it is', () => {
  for (const path of [dir, written('one.json', {})]) {
    expect(() => readSide('A', [`${path}#2`])).toThrow(
      `${path}#2: found the number of a run of what has one; expected ${path}`,
    );
  }
});
