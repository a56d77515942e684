import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CommandOptions, confab, journalOf, runFolder, start } from '../support/confab.ts';
import { freshFolder, textsBelow } from '../support/folders.ts';
import { type ServerOptions, startLoggingServer } from '../support/logging-server.ts';

const SMALL = [
  'conversation={rounds: 2, text: hi}',
  'pacing.pauseSec=0',
  'population={users: 3, arrivals: {process: closed, concurrency: 1}}',
];

async function run(
  server: ServerOptions,
  args: readonly string[] = [],
  options: CommandOptions = {},
) {
  const cwd = freshFolder();
  const running = await startLoggingServer(server);
  const sets = SMALL.flatMap((set) => ['--set', set]);
  const ended = await confab(['run', '/dev/null', '--url', running.url, ...sets, ...args], {
    cwd,
    ...options,
  });
  await running.close();
  return { ...ended, cwd, requests: running.requests };
}

const summaryOf = (cwd: string) =>
  JSON.parse(readFileSync(join(runFolder(cwd), 'summary.json'), 'utf8'));

/** The row of a table or list in the report. */
const row = (stdout: string, label: string) =>
  stdout.split('\n').find((line) => line.trimStart().startsWith(label)) ?? '';

describe('M-54 times', () => {
  test('M-54 TTFT counts from the first reasoning, TTFO from the first of the answer; empty chunks are neither', async () => {
    const { code, cwd, stdout, requests } = await run({
      reply: () => ({
        deltas: [
          { role: 'assistant', content: '', afterMs: 60 },
          { reasoning_content: 'let me think', afterMs: 60 },
          { reasoning_content: ' some more', afterMs: 60 },
          { content: 'an answer', afterMs: 60 },
        ],
        usage: { completion_tokens: 9 },
      }),
    });
    expect(code).toBe(0);
    const { header, records } = journalOf(cwd);
    expect(records).toHaveLength(6);
    for (const [index, record] of records.entries()) {
      const { firstTokenMs, firstOutputMs, endMs, chunks, chunkGapsMs } = record;
      // Of the run's clock; both clocks have whole milliseconds where they begin.
      const [, reasoningMs, , contentMs] = requests[index]!.writtenMs.map(
        (atMs) => performance.timeOrigin + atMs - header.originEpochMs - 2,
      );
      expect(chunks).toBe(3);
      expect(firstTokenMs!).toBeGreaterThan(reasoningMs!);
      expect(firstOutputMs!).toBeGreaterThan(contentMs!);
      expect(endMs!).toBeGreaterThanOrEqual(firstOutputMs!);
      expect(chunkGapsMs).toHaveLength(2);
    }
    const { distributions, hasReasoning } = summaryOf(cwd);
    expect(hasReasoning).toBe(true);
    const thoughtMs = records.map((one) => one.firstOutputMs! - one.firstTokenMs!);
    const meanMs = thoughtMs.reduce((sum, ms) => sum + ms, 0) / thoughtMs.length;
    expect(meanMs).toBeGreaterThan(0);
    expect(distributions.ttfoMs.mean - distributions.ttftMs.mean).toBeCloseTo(meanMs, 2);
    expect(row(stdout, 'TTFO ms')).toMatch(/ 6 /);
  });

  test('M-54 chunks of several tokens: TPOT counts tokens, ICL counts chunks', async () => {
    const { cwd } = await run({
      reply: () => ({
        deltas: [{ content: 'four tokens in one' }, { content: ' and six more', afterMs: 90 }],
        usage: { completion_tokens: 10 },
      }),
    });
    const { records } = journalOf(cwd);
    const { distributions } = summaryOf(cwd);
    const mean = (values: number[]) =>
      values.reduce((sum, value) => sum + value, 0) / values.length;
    const tpot = records.map(({ endMs, firstTokenMs }) => (endMs! - firstTokenMs!) / 9);
    const itl = records.map(({ lastTokenMs, firstTokenMs }) => (lastTokenMs! - firstTokenMs!) / 9);
    expect(distributions.outputTokens).toMatchObject({ count: 6, mean: 10 });
    expect(distributions.tpotMs.mean).toBeCloseTo(mean(tpot), 2);
    expect(distributions.itlMs.mean).toBeCloseTo(mean(itl), 2);
    expect(distributions.iclMs).toMatchObject({ count: 6 });
    expect(distributions.iclMs.mean).toBeCloseTo(
      mean(records.map(({ chunkGapsMs }) => chunkGapsMs![0]!)),
      2,
    );
  });

  test('M-17 M-54 not streamed: TTFT is the latency, and the report says how it was', async () => {
    const { cwd, stdout } = await run({ reply: () => ({ ttftMs: 40 }) }, [
      '--set',
      'target.stream=false',
    ]);
    for (const { status, sentMs, firstTokenMs, endMs } of journalOf(cwd).records) {
      expect(status).toBe('ok');
      expect(firstTokenMs! - sentMs!).toBeGreaterThan(35);
      expect(firstTokenMs).toBe(endMs);
    }
    expect(stdout).toContain('not streamed');
  });
});

describe.concurrent('M-55 token counts', () => {
  test('M-55 the server’s usage wins', async () => {
    const { cwd } = await run({
      reply: () => ({ usage: { prompt_tokens: 123, completion_tokens: 45 } }),
    });
    for (const record of journalOf(cwd).records) {
      expect(record).toMatchObject({ tokensFrom: 'usage', inputTokens: 123, outputTokens: 45 });
    }
  });

  test.each([
    ['that the server does not send', false, []],
    ['that is not asked for', {}, ['--no-stream-usage']],
  ] as const)(
    'M-55 without usage %s the local tokenizer counts what was said, reasoning included',
    async (_, usage, flags) => {
      const { code, cwd, stdout } = await run(
        {
          reply: () => ({
            usage,
            // gpt2: "Hello", " world"; "!", " Hello"
            deltas: [{ reasoning_content: 'Hello world' }, { content: '! Hello' }],
          }),
        },
        [
          ...flags,
          ...['--set', 'conversation.text=words'],
          ...['--set', 'conversation.question={text: "Hello world"}'],
        ],
      );
      expect(code).toBe(0);
      const { records } = journalOf(cwd);
      expect(
        records.map(({ tokensFrom, turn, inputTokens, outputTokens }) => [
          tokensFrom,
          turn,
          inputTokens,
          outputTokens,
        ]),
      ).toEqual(
        Array(3)
          .fill([
            ['local', 0, 2, 4],
            ['local', 1, 6, 4],
          ])
          .flat(),
      );
      expect(summaryOf(cwd).counts.countedLocally).toBe(6);
      expect(stdout).toMatch(/token counts +by this client for 6 requests/);
    },
  );
});

describe.concurrent('M-58 cached tokens', () => {
  test('M-58 what the server does not say is unknown, not zero', async () => {
    const { cwd, stdout } = await run({});
    for (const record of journalOf(cwd).records) expect(record).not.toHaveProperty('cachedTokens');
    expect(row(stdout, 'cached tokens')).toMatch(/cached tokens +0( +-)+$/);
    expect(row(stdout.slice(stdout.indexOf('Per round')), '1 ')).toContain(' - ');
    expect(summaryOf(cwd).cache).not.toHaveProperty('share');
  });

  test('M-58 by round, zero being a number', async () => {
    const { cwd, stdout } = await run({
      reply: ({ body }) => {
        const isFirst = body.messages.length === 1;
        return { cachedTokens: isFirst ? 0 : 14, usage: { prompt_tokens: isFirst ? 10 : 20 } };
      },
    });
    expect(summaryOf(cwd).cache).toMatchObject({ reported: 6, inputTokens: 90, cachedTokens: 42 });
    const rounds = stdout.slice(stdout.indexOf('Per round'));
    expect(row(rounds, '1 ')).toMatch(/^ *1 +3 +0 +10 +0 +0\.0 %/);
    expect(row(rounds, '2 ')).toMatch(/^ *2 +3 +0 +20 +14 +70\.0 %/);
  });
});

describe.concurrent('M-59 a server without /version and /v1/models', () => {
  test('M-59 is no obstacle where the model is given', async () => {
    const { code, requests } = await run({ hasProbes: false }, ['--model', 'given']);
    expect(code).toBe(0);
    expect(requests.map(({ body }) => body.model)).toEqual(Array(6).fill('given'));
  });

  test('M-59 else the model is asked for', async () => {
    const { code, stderr, requests } = await run({ hasProbes: false });
    expect(code).toBe(2);
    expect(stderr).toContain('target.model: missing');
    expect(stderr).toContain('--model');
    expect(requests).toEqual([]);
  });
});

test('M-66 a starved client says so in the first line of its report', async () => {
  const path = join(freshFolder(), 'busy.cjs');
  writeFileSync(
    path,
    `setInterval(() => { const end = Date.now() + 60; while (Date.now() < end); }, 80).unref();`,
  );
  const { code, stdout, cwd } = await run({ reply: () => ({ ttftMs: 30 }) }, [], {
    nodeFlags: ['--require', path],
  });
  expect(code).toBe(0);
  expect(stdout.split('\n')[0]).toMatch(/^WARNING: the client was a bottleneck/);
  expect(summaryOf(cwd).client).toMatchObject({ isBottleneck: true });
});

describe.concurrent('M-67 secrets', () => {
  const KEY = 'sk-flag-31415926';
  const HEADER = 'header-secret-27182818';

  test('M-67 are in no file and in no output, also if the server repeats them', async () => {
    const cwd = freshFolder();
    const server = await startLoggingServer({
      reply: ({ index, headers }) =>
        index % 2
          ? {
              kind: 'status',
              status: 401,
              text: `bad ${headers['authorization']} ${headers['x-api-key']}`,
            }
          : {},
    });
    const ended = await confab(
      [
        ...[
          'multi-round-qa',
          '--user-lag',
          '0',
          '--num-rounds',
          '2',
          '--qps',
          '40',
          '--time',
          '0.5',
        ],
        ...['--max-output-len', '4', '--shared-system-prompt', '1', '--user-history-prompt', '1'],
        ...['--text', 'hi', '--base-url', server.url, '--verbose', '--api-key', KEY],
        ...['--header', `x-api-key: ${HEADER}`, '--log-interval', '0.2'],
      ],
      { cwd, env: { OPENAI_API_KEY: KEY } },
    );
    await server.close();
    expect(server.requests.length).toBeGreaterThan(2);
    expect(server.requests[0]!.headers).toMatchObject({
      authorization: `Bearer ${KEY}`,
      'x-api-key': HEADER,
    });
    const written = textsBelow(cwd);
    expect(written.map(({ path }) => path.split('/').at(-1)).sort()).toEqual([
      'journal.ndjson',
      'summary.csv',
      'summary.json',
    ]);
    for (const text of [ended.stdout, ended.stderr, ...written.map(({ text }) => text)]) {
      expect(text).not.toContain(KEY);
      expect(text).not.toContain(HEADER);
    }
    expect(ended.stderr).toContain('bad Bearer *** ***');
  });

  test('M-67 a resumed run asks for them again', async () => {
    const cwd = freshFolder();
    const server = await startLoggingServer({
      reply: ({ index }) => (index < 1 ? {} : { kind: 'silence' }),
    });
    const sets = [...SMALL, `target.headers.x-api-key=${HEADER}`].flatMap((set) => ['--set', set]);
    const first = start(
      ['run', '/dev/null', '--url', server.url, '--drain-timeout', '0', ...sets],
      { cwd },
    );
    await server.arrived(2);
    first.process.kill('SIGINT');
    expect((await first.ended).code).toBe(130);
    const without = await confab(['run', '--resume', runFolder(cwd)], { cwd });
    await server.close();
    expect(without.code).toBe(2);
    expect(without.stderr).toMatch(
      /x-api-key are not kept; give them again.*target\.headers\.x-api-key=/,
    );
    expect(without.stderr).not.toContain(HEADER);
  });
});
