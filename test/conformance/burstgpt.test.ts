import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mean, variance } from 'd3-array';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { confab } from '../support/confab.ts';
import { freshFolder } from '../support/folders.ts';
import { type LoggingServer, type Reply, startLoggingServer } from '../support/logging-server.ts';

const dir = freshFolder();

/** Rows as BurstGPT's first file has them; the first is not at 0. */
const ROWS = [
  [1000, 'ChatGPT', 30, 18, 'Conversation log'],
  [1045.5, 'ChatGPT', 47, 23, 'Conversation log'],
  [1118, 'GPT-4', 41, 27, 'Conversation log'],
  [1120, 'ChatGPT', 60, 0, 'API log'],
  [1150, 'GPT-4', 12, 9, 'API log'],
  [1200, 'ChatGPT', 3, 1500, 'Conversation log'],
] as const;

const TRACE = join(dir, 'burst6.csv');

const POOL = {
  a: { prompt: 'alpha', len_prompt: 10, output: 'x', len_output: 5 },
  b: { prompt: 'beta', len_prompt: 10, output: 'x', len_output: 50 },
  c: { prompt: 'gamma', len_prompt: 40, output: 'x', len_output: 20 },
};

let server: LoggingServer;
let reply: () => Reply = () => ({});

beforeAll(async () => {
  const header = 'Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type';
  const lines = ROWS.map(([at, model, input, output, kind]) =>
    [at, model, input, output, input + output, kind].join(','),
  );
  writeFileSync(TRACE, `${[header, ...lines].join('\n')}\n`);
  writeFileSync(join(dir, 'pool.json'), JSON.stringify(POOL));
  server = await startLoggingServer({ reply: () => reply() });
});
afterAll(() => server.close());

const REPLAY = ['--use_burstgpt', '--burstgpt_path', TRACE];

interface Planned {
  readonly event_id: number;
  readonly at_sec: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly prompt?: string;
}

async function planned(...flags: string[]): Promise<Planned[]> {
  const { stdout, stderr, code } = await confab(['burstgpt', ...flags, '--dry-run'], { cwd: dir });
  expect([code, stderr]).toEqual([0, '']);
  return linesOf(stdout);
}

// biome-ignore lint/suspicious/noExplicitAny: a log has any fields
function linesOf(text: string): any[] {
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** Sends the trace to the server at once, and returns what the server got. */
async function sent(...flags: string[]) {
  server.requests.length = 0;
  const cwd = freshFolder();
  const { port } = new URL(server.url);
  const at = ['--host', '127.0.0.1', '--port', port, '--scale', '100000'];
  const ended = await confab(['burstgpt', ...REPLAY, ...at, ...flags], { cwd });
  return { ...ended, cwd, requests: [...server.requests] };
}

const atSecs = (requests: readonly Planned[]) => requests.map(({ at_sec }) => at_sec);

test('000-3 a trace is replayed at its times, counted from the first row that is sent', async () => {
  expect(atSecs(await planned(...REPLAY, '--conv_or_api', 'all'))).toEqual([
    0, 45.5, 118, 120, 150, 200,
  ]);
  expect(atSecs(await planned(...REPLAY, '--conv-or-api', 'api'))).toEqual([0, 30]);
});

test('000-3 simulated, requests are sent at those times', async () => {
  const cwd = freshFolder();
  const { code } = await confab(['burstgpt', ...REPLAY, '--simulate', '--stream'], { cwd });
  expect(code).toBe(0);
  const details = linesOf(readFileSync(join(cwd, 'detail_server_log_1.json'), 'utf8'));
  const due = details.map(({ due_time }) => due_time as number).sort((a, b) => a - b);
  expect(due.map((sec) => sec - due[0]!)).toEqual([0, 45.5, 118, 200]);
});

test('000-4 --scale 100 is a hundred times as fast', async () => {
  const all = ['--log-type', 'all'];
  const [plain, fast] = [
    await planned(...REPLAY, ...all),
    await planned(...REPLAY, ...all, '--scale', '100'),
  ];
  expect(fast.at(-1)!.at_sec).toBeCloseTo(plain.at(-1)!.at_sec / 100, 6);
});

test('000-5 rows of the conversation log, of the API log, or all', async () => {
  const inputs = async (kind: string) =>
    (await planned(...REPLAY, '--conv_or_api', kind)).map(({ input_tokens }) => input_tokens);
  expect(await inputs('conv')).toEqual([30, 47, 41, 3]);
  expect(await inputs('api')).toEqual([60, 12]);
  expect(await inputs('all')).toHaveLength(ROWS.length);
});

test('000-6 one model, and no failures', async () => {
  const all = [...REPLAY, '--log-type', 'all'];
  const count = async (...flags: string[]) => (await planned(...all, ...flags)).length;
  expect(await count('--trace-model', 'GPT-4')).toBe(2);
  expect(await count('--trace-model', 'ChatGPT')).toBe(4);
  expect(await count('--skip-failures')).toBe(5);
});

test('000-7 so many rows, so many requests, also more than there are', async () => {
  const all = [...REPLAY, '--log-type', 'all'];
  expect(await planned(...all, '--prompt_num', '3')).toHaveLength(3);
  expect(await planned(...all, '--surplus-prompts-num', '2')).toHaveLength(2);
  expect(await planned(...all, '--prompt-num', '5000')).toHaveLength(ROWS.length);
  const { code, requests } = await sent('--log-type', 'all', '--surplus_prompts_num', '16384');
  expect([code, requests.length]).toEqual([0, ROWS.length]);
});

test('000-8 Gamma arrivals of a shape and a scale have their mean and spread', async () => {
  const model = ['--gamma_shape', '0.5', '--gamma-scale', '2', '--surplus_prompts_num', '20000'];
  const gaps = gapsOf(await planned(...model, '--seed', '1'));
  const average = mean(gaps)!;
  expect(average).toBeGreaterThan(0.97);
  expect(average).toBeLessThan(1.03);
  const cv = Math.sqrt(variance(gaps)!) / average;
  expect(cv).toBeGreaterThan(1.41 * 0.95);
  expect(cv).toBeLessThan(1.41 * 1.05);
});

function gapsOf(requests: readonly Planned[]): number[] {
  return requests.slice(1).map(({ at_sec }, index) => at_sec - requests[index]!.at_sec);
}

test('000-8 --scale makes a model faster too, and --qps says its rate', async () => {
  const average = async (...flags: string[]) =>
    mean(gapsOf(await planned('--surplus_prompts_num', '4000', ...flags)))!;
  const plain = await average();
  expect(await average('--scale', '10')).toBeCloseTo(plain / 10, 5);
  expect(await average('--qps', '4')).toBeCloseTo(plain / 4, 5);
});

test('000-9 parameters that change with every window', async () => {
  const file = join(dir, 'params.csv');
  const windows = [
    [4, 40],
    [0.8, 2],
    [2, 1],
  ] as const;
  writeFileSync(file, `beta,alpha\n${windows.map(([a, b]) => `${b},${a}`).join('\n')}\n`);
  const scale = 3;
  const flags = ['--gamma_params', file, '--window', '600', '--scale', String(scale)];
  const times = atSecs(await planned(...flags, '--surplus_prompts_num', '25000'));
  for (const [index, [alpha, beta]] of windows.entries()) {
    const within = times.filter((sec) => sec >= index * 600 && sec < (index + 1) * 600);
    // Requests of a renewal process in so long: their standard deviation is sqrt(n / alpha).
    const expected = (600 * beta * scale) / alpha;
    expect(Math.abs(within.length - expected)).toBeLessThan(4 * Math.sqrt(expected / alpha) + 1);
  }
  // A day follows a day.
  expect(times.at(-1)).toBeGreaterThan(1800);
});

test('000-9 lengths may change with the window too', async () => {
  const file = join(dir, 'theta.csv');
  writeFileSync(file, 'alpha,beta,zipf\n1,10,0.1\n1,10,40\n');
  const requests = await planned('--gamma_params', file, '--surplus_prompts_num', '2400');
  const longest = [0, 1].map((parity) =>
    Math.max(
      ...requests
        .filter(({ at_sec }) => Math.floor(at_sec / 60) % 2 === parity)
        .map(({ input_tokens, output_tokens }) => Math.max(input_tokens, output_tokens)),
    ),
  );
  expect(longest[0]).toBeGreaterThan(900);
  expect(longest[1]).toBe(1);
});

test('000-10 lengths by the law of Zipf, cut off below the longest', async () => {
  const requests = await planned('--surplus_prompts_num', '20000', '--seed', '3');
  const weights = Array.from({ length: 1023 }, (_, index) => (index + 1) ** -1.1);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  for (const lengths of [
    requests.map(({ input_tokens }) => input_tokens),
    requests.map(({ output_tokens }) => output_tokens),
  ]) {
    expect(Math.max(...lengths)).toBeLessThanOrEqual(1023);
    expect(Math.min(...lengths)).toBe(1);
    for (const k of [1, 2, 3, 10]) {
      const share = weights[k - 1]! / total;
      const seen = lengths.filter((length) => length === k).length;
      const sigma = Math.sqrt(20_000 * share * (1 - share));
      expect(Math.abs(seen - 20_000 * share)).toBeLessThan(4 * sigma);
    }
  }
  const independent = requests.filter((one) => one.input_tokens === one.output_tokens).length;
  expect(independent).toBeLessThan(2500);
});

test('000-11 the prompt of a pool that is nearest, by its own length and then by its answer’s', async () => {
  const file = join(dir, 'lengths.csv');
  const rows = [
    [10, 5],
    [10, 30],
    [10, 27],
    [24, 7],
    [25, 500],
    [26, 1],
    [900, 900],
  ];
  const lines = rows.map(([input, output], at) => `${at},ChatGPT,${input},${output},0,API log`);
  writeFileSync(
    file,
    `Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n${lines.join('\n')}\n`,
  );
  const flags = ['--use_burstgpt', '--burstgpt_path', file, '--log-type', 'api'];
  const keys = (await planned(...flags, '--data_path', 'pool.json')).map(({ prompt }) => prompt);
  // Of two that are as near the shorter: 25 is 15 from both 10 and 40.
  expect(keys).toEqual(['a', 'b', 'a', 'a', 'b', 'c', 'c']);
});

test('000-12 lengths above the most are cut, and the report says how many', async () => {
  const flags = ['--max_prompt_len', '40', '--max-gen-len', '20'];
  const cut = await planned(...REPLAY, ...flags);
  expect(cut.map(({ input_tokens }) => input_tokens)).toEqual([30, 40, 40, 3]);
  expect(cut.map(({ output_tokens }) => output_tokens)).toEqual([18, 20, 20, 20]);
  const { stdout } = await sent(...flags);
  expect(stdout).toContain('clamped: 2 inputs of more than 40 tokens');
  expect(stdout).toContain('clamped: 3 outputs of more than 20 tokens');
});

test('000-13 a pool of ShareGPT pairs each question with its own answer, whoever is missing', async () => {
  const said = (from: string, value: string) => ({ from, value });
  const conversations = [
    {
      id: 'plain',
      conversations: [
        said('human', 'q1 '),
        said('gpt', 'a1 '),
        said('human', 'q2 '),
        said('gpt', 'a2 '),
      ],
    },
    {
      id: 'begins with an answer',
      conversations: [said('gpt', 'a0 '), said('human', 'q3 '), said('gpt', 'a3 ')],
    },
    {
      id: 'two questions',
      conversations: [said('human', 'q4 '), said('human', 'q5 '), said('gpt', 'a5 ')],
    },
    {
      id: 'two answers',
      conversations: [
        said('human', 'q6 '),
        said('gpt', 'a6 '),
        said('gpt', 'a7 '),
        said('human', 'q8 '),
      ],
    },
    { id: 'empty', conversations: [] },
  ];
  const cwd = freshFolder();
  const half = (from: number, to?: number) => JSON.stringify(conversations.slice(from, to));
  writeFileSync(join(cwd, 'one.json'), half(0, 2));
  writeFileSync(join(cwd, 'two.json'), half(2));
  const flags = [
    '--data_path_part1',
    'one.json',
    '--data_path_part2',
    'two.json',
    '--model_path',
    'gpt2',
  ];
  const { code, stdout } = await confab(['pre_shareGPT.py', ...flags, '--figure', 'lengths.svg'], {
    cwd,
  });
  expect(code).toBe(0);
  expect(stdout).toContain('shareGPT.json: 5 prompts of 5 conversations');
  expect(stdout).toContain('2 left out: questions without an answer');
  const pool = JSON.parse(readFileSync(join(cwd, 'shareGPT.json'), 'utf8'));
  expect(Object.keys(pool)).toEqual(['0', '1', '2', '3', '4']);
  const pairs = Object.values<typeof POOL.a>(pool).map(({ prompt, output }) => [prompt, output]);
  expect(pairs).toEqual([
    ['q1 ', 'a1 '],
    ['q1 a1 q2 ', 'a2 '],
    ['a0 q3 ', 'a3 '],
    ['q4 q5 ', 'a5 '],
    ['q6 ', 'a6 '],
  ]);
  for (const { len_prompt, len_output } of Object.values<typeof POOL.a>(pool)) {
    expect(len_prompt).toBeGreaterThan(0);
    expect(len_output).toBeGreaterThan(0);
  }
  expect(readFileSync(join(cwd, 'lengths.svg'), 'utf8')).toContain('<svg');
  const again = await planned(...REPLAY, '--data_path', join(cwd, 'shareGPT.json'));
  expect(again.every(({ prompt }) => prompt !== undefined)).toBe(true);
});

test('000-14 streamed or whole, to this host and port, with this model and temperature', async () => {
  const streamed = await sent('--stream', '--model_path', 'm', '--temperature', '0.7');
  expect(streamed.code).toBe(0);
  expect(streamed.requests).toHaveLength(4);
  for (const { body } of streamed.requests) {
    expect(body).toMatchObject({ stream: true, model: 'm', temperature: 0.7 });
  }
  const whole = await sent();
  expect(whole.requests[0]!.body).toMatchObject({ stream: false, model: 'mock', temperature: 0 });
});

test('000-15 each request asks for exactly the tokens of its row', async () => {
  const { requests } = await sent();
  const asked = requests.map(({ body }) => [body.max_tokens, body.min_tokens]);
  expect(asked.sort(([a], [b]) => a - b)).toEqual([
    [18, 18],
    [23, 23],
    [27, 27],
    [1024, 1024],
  ]);
  expect(requests.every(({ body }) => body.ignore_eos === true)).toBe(true);
});

test('000-15 --max_tokens and --ignore_eos are honoured', async () => {
  const free = await sent('--max_tokens', '20', '--no-force-lengths');
  expect(free.requests.map(({ body }) => body.max_tokens).sort()).toEqual([18, 20, 20, 20]);
  expect(free.requests.some(({ body }) => 'min_tokens' in body || body.ignore_eos)).toBe(false);
  const through = await sent('--max-tokens', '20', '--no-force-lengths', '--ignore_eos');
  expect(through.requests.every(({ body }) => body.ignore_eos === true)).toBe(true);
});

const DETAILS = [
  ...['event_id', 'status', 'http_status', 'reason', 'in_len', 'sampled_in_num', 'out_len'],
  ...['out_tokens', 'sampled_out_len', 'out_len_expected', 'first_chunk_time', 'total_chunk_time'],
  ...['due_time', 'record_time', 'prompt', 'run'],
];

test('000-16 the detail log has a line for every request, with what was expected and what came', async () => {
  const { cwd } = await sent('--stream', '--detail_log_path', 'details.jsonl');
  const details = linesOf(readFileSync(join(cwd, 'details.jsonl'), 'utf8'));
  expect(details).toHaveLength(4);
  for (const detail of details) {
    expect(Object.keys(detail)).toEqual(DETAILS);
    expect(detail).toMatchObject({ status: 'ok', out_tokens: 3 });
    expect(detail.out_len).toBeGreaterThan(0);
    expect(detail.total_chunk_time).toBeGreaterThanOrEqual(detail.first_chunk_time);
  }
  const lengths = details.map((one) => [one.event_id, one.sampled_in_num, one.sampled_out_len]);
  expect(lengths.sort(([a], [b]) => a - b)).toEqual([
    [0, 30, 18],
    [1, 47, 23],
    [2, 41, 27],
    [3, 3, 1024],
  ]);
});

test('000-17 the run log is JSON, with the settings and times of every run', async () => {
  const log = join(freshFolder(), 'log.json');
  const details = join(freshFolder(), 'details.jsonl');
  const logs = ['--log_path', log, '--detail_log_path', details];
  await sent(...logs);
  await sent(...logs, '--temperature', '0.5');
  const runs = JSON.parse(readFileSync(log, 'utf8'));
  expect(runs).toHaveLength(2);
  expect(runs[1].server_config).toMatchObject({ temperature: 0.5, api: 'completions' });
  expect(runs[1].prompt_config).toMatchObject({ seed: 0, arrivals: { process: 'trace' } });
  expect(runs[1].requests).toEqual({ planned: 4, ok: 4 });
  expect(Date.parse(runs[1]['log time'])).toBeGreaterThanOrEqual(Date.parse(runs[1].started));
  expect(new Set(linesOf(readFileSync(details, 'utf8')).map(({ run }) => run)).size).toBe(2);
});

test('000-17 what is no run log is not written over', async () => {
  const log = join(freshFolder(), 'theirs.json');
  writeFileSync(log, '{"a": 1}{"b": 2}');
  const { code, stderr, requests } = await sent('--log_path', log);
  expect([code, requests.length]).toEqual([2, 0]);
  expect(stderr).toContain('expected a JSON list of runs');
  expect(readFileSync(log, 'utf8')).toBe('{"a": 1}{"b": 2}');
});

test('000-18 a seed gives the same arrivals, lengths and prompts; another seed others', async () => {
  const model = ['--surplus_prompts_num', '50', '--data_path', 'pool.json', '--seed'];
  const first = await planned(...model, '7');
  expect(await planned(...model, '7')).toEqual(first);
  const other = await planned(...model, '8');
  expect(atSecs(other)).not.toEqual(atSecs(first));
  expect(other.map((one) => one.input_tokens)).not.toEqual(first.map((one) => one.input_tokens));
});

test.each([
  ['completions', '/v1/completions'],
  ['chat', '/v1/chat/completions'],
])('000-19 any server with the API of OpenAI: %s', async (api, path) => {
  const { code, requests } = await sent('--api', api, '--data_path', join(dir, 'pool.json'));
  expect(code).toBe(0);
  expect(new Set(requests.map((request) => request.path))).toEqual(new Set([path]));
  const prompts = requests.map(({ body }) => body.prompt ?? body.messages[0].content);
  // As the pool has them, with nothing around.
  expect(prompts.sort()).toEqual(['beta', 'gamma', 'gamma', 'gamma']);
});

test('000-20 errors of the server are recorded', async () => {
  reply = () => ({ kind: 'status', status: 500 });
  const { cwd, code } = await sent().finally(() => {
    reply = () => ({});
  });
  expect(code).not.toBe(0);
  const details = linesOf(readFileSync(join(cwd, 'detail_server_log_1.json'), 'utf8'));
  expect(details.map(({ status, http_status }) => [status, http_status])).toEqual(
    Array(4).fill(['http', 500]),
  );
  const [run] = JSON.parse(readFileSync(join(cwd, 'server_log.json'), 'utf8'));
  expect(run.requests).toEqual({ planned: 4, http: 4 });
});

test('000 flags that say the same twice, and files that are not there, are told', async () => {
  const refused = async (...flags: string[]) => {
    const cwd = freshFolder();
    const { code, stderr } = await confab(['burstgpt', ...flags], { cwd });
    expect(code).toBe(2);
    expect(existsSync(join(cwd, 'runs'))).toBe(false);
    return stderr;
  };
  expect(await refused('--qps', '2', '--gamma_scale', '2')).toContain('--gamma-scale and --qps');
  expect(await refused('--use_burstgpt')).toContain('../data/BurstGPT_1.csv');
  expect(await refused('--data_path', 'none.json')).toContain('none.json');
});

test.each(['--url', '--base-url'])('%s is where requests go', async (flag) => {
  const { stdout } = await confab(['burstgpt', flag, 'http://127.0.0.1:5', '--print-scenario']);
  expect(stdout).toContain('url: http://127.0.0.1:5\n');
});
