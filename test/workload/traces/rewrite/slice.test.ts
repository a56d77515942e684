import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type SliceOptions, sliceTrace } from '../../../../src/workload/traces/rewrite/slice.ts';
import { absent, sharedFile, titled } from '../../../support/needs.ts';
import { scratchDir } from '../../scratch.ts';
import { writeLines } from '../read-all.ts';

const dir = scratchDir();
const output = join(dir, 'out.jsonl');
const slice = (input: string, options: Partial<SliceOptions>) =>
  sliceTrace({ input, output, reading: {}, partly: 'whole', ...options });
const kept = () =>
  readFileSync(output, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

const row = (session_id: string | undefined, timestamp: number | undefined, fields = {}) => ({
  session_id,
  timestamp,
  input_length: 5,
  ...fields,
});
/** a is all before 100, b goes over it, c begins after; none is alone. */
const ROWS = [
  row('a', 1000),
  row('b', 1050),
  row('a', 1090),
  row(undefined, 1100, { note: 'as it is' }),
  row('b', 1140),
  row('c', 1150),
  row('b', undefined, { delay: 3 }),
  row(undefined, 1300),
];
const input = writeLines(dir, 'rows.jsonl', ROWS);

describe('a window', () => {
  test('keeps the sessions that begin in it, whole, and says which go on', async () => {
    const sliced = await slice(input, { toMs: 100 });
    expect(kept()).toEqual([0, 1, 2, 3, 4, 6].map((i) => JSON.parse(JSON.stringify(ROWS[i]))));
    expect(sliced).toEqual({
      format: 'mooncake',
      requests: 8,
      keptRequests: 6,
      sessions: 3,
      keptSessions: 2,
      cutSessions: 0,
      longerSessions: 1,
      leftOutRequests: 0,
      leftOutSessions: 0,
    });
  });

  test('says which it leaves out because they began before', async () => {
    const sliced = await slice(input, { fromMs: 60, toMs: 200 });
    expect(kept().map(({ session_id: name, timestamp }) => [name, timestamp])).toEqual([
      [undefined, 1100],
      ['c', 1150],
    ]);
    expect(sliced).toMatchObject({ leftOutRequests: 3, leftOutSessions: 2, cutSessions: 0 });
  });

  test('keeps only what is all in it, or cuts, where that is asked for', async () => {
    const inside = await slice(input, { toMs: 100, partly: 'inside' });
    expect(kept().map(({ session_id: name }) => name)).toEqual(['a', 'a', undefined]);
    expect(inside).toMatchObject({ leftOutRequests: 1, leftOutSessions: 1 });
    const cut = await slice(input, { fromMs: 60, toMs: 140, partly: 'cut' });
    // The turn without a time is as late as the one before it.
    expect(kept().map(({ session_id: name }) => name)).toEqual(['a', undefined, 'b', 'b']);
    expect(cut).toMatchObject({ cutSessions: 2, leftOutRequests: 0 });
  });

  test('with nothing in it is refused', async () => {
    await expect(slice(input, { fromMs: 9000 })).rejects.toThrow(
      /none of 8 requests is in the slice/,
    );
    const timeless = writeLines(dir, 'timeless.jsonl', [row('a', undefined)]);
    await expect(slice(timeless, { fromMs: 1 })).rejects.toThrow(
      /found no times; expected --sessions/,
    );
  });
});

describe('sessions', () => {
  test('are kept by name, or the first to begin', async () => {
    expect(await slice(input, { sessions: ['b'] })).toMatchObject({
      keptRequests: 3,
      keptSessions: 1,
    });
    expect(await slice(input, { firstSessions: 2 })).toMatchObject({
      keptRequests: 5,
      keptSessions: 2,
    });
    await expect(slice(input, { sessions: ['z'] })).rejects.toThrow(
      /--sessions: found z; expected some of .*, as a, b, c/,
    );
    const alone = writeLines(dir, 'alone.jsonl', [row(undefined, 5)]);
    await expect(slice(alone, { firstSessions: 1 })).rejects.toThrow(/found no sessions/);
  });

  test('of a folder stay what they are, with their sub-agents', async () => {
    const folder = join(dir, 'folder');
    (await import('node:fs')).mkdirSync(folder);
    const session = (id: string) =>
      JSON.stringify(
        {
          id,
          block_size: 64,
          requests: [
            { t: 0, in: 70, out: 1, hash_ids: [1], ttft: 2.5 },
            {
              t: 1,
              type: 'subagent',
              agent_id: 'x',
              requests: [{ t: 0, in: 70, out: 1, hash_ids: [2] }],
            },
          ],
        },
        null,
        2,
      );
    for (const id of ['one', 'two']) writeFileSync(join(folder, `${id}.json`), session(id));
    const target = join(dir, 'some/');
    expect(await slice(folder, { output: target, sessions: ['two'] })).toMatchObject({
      keptRequests: 2,
      keptSessions: 1,
    });
    expect(readdirSync(target)).toEqual(['two.json']);
    expect(JSON.parse(readFileSync(join(target, 'two.json'), 'utf8'))).toEqual(
      JSON.parse(session('two')),
    );
    await slice(folder, { firstSessions: 1 });
    expect(kept()).toEqual([JSON.parse(session('one'))]);
    await expect(slice(folder, { toMs: 5 })).rejects.toThrow(
      /its times count from where each session began/,
    );
  });
});

describe('other formats', () => {
  test('keep the header of a CSV', async () => {
    const file = join(dir, 'azure.csv');
    const lines = ['TIMESTAMP,ContextTokens,GeneratedTokens'];
    for (const sec of [46, 47, 59]) lines.push(`2023-11-16 18:15:${sec}.6805900,374,44`);
    writeFileSync(file, lines.join('\r\n'));
    await slice(file, { toMs: 1000 });
    expect(readFileSync(output, 'utf8')).toBe(`${lines.slice(0, 3).join('\r\n')}\r\n`);
  });

  test('a list becomes lines, each request as it is', async () => {
    const file = join(dir, 'log.json');
    const request = { timestamp: 1, model: 'm', messages: [{ role: 'user', content: 'hi' }] };
    const later = { ...request, timestamp: 9 };
    writeFileSync(file, JSON.stringify([request, later], null, 2));
    await slice(file, { toMs: 1000 });
    expect(kept()).toEqual([request]);
  });

  test('AIBrix: what comes at one moment can be parted, numbers as they are written', async () => {
    const file = join(dir, 'workload.jsonl');
    const [a, b] = ['a', 'b'].map((id) => `{"prompt": "x, [y]", "session_id": "${id}", "n": NaN}`);
    writeFileSync(
      file,
      `{"timestamp": 0, "requests": [${a}, ${b}], "id": 18446744073709551615}\n{"timestamp": 9, "requests": [${b}]}\n`,
    );
    expect(await slice(file, { sessions: ['b'] })).toMatchObject({ keptRequests: 2 });
    expect(readFileSync(output, 'utf8')).toBe(
      `{"timestamp": 0, "requests": [${b}], "id": 18446744073709551615}\n{"timestamp": 9, "requests": [${b}]}\n`,
    );
  });

  test('MLPerf: a session keeps all its messages, those behind its last answer too', async () => {
    const say = (conversation_id: string, turn: number, role: string) => ({
      ...{ conversation_id, turn, role, content: role },
    });
    const rows = [say('a', 1, 'user'), say('b', 1, 'user'), say('a', 2, 'assistant')];
    const more = [say('b', 2, 'assistant'), say('b', 3, 'user')];
    const file = writeLines(dir, 'mlperf.jsonl', [...rows, ...more]);
    await slice(file, { sessions: ['b'] });
    expect(kept()).toEqual([rows[1], ...more]);
  });

  test('LLMServingSim: a session is kept with all its calls', async () => {
    const call = { input_toks: 5, output_toks: 1 };
    const rows = [
      { arrival_time_ns: 0, ...call },
      { session_id: 's', arrival_time_ns: 9, sub_requests: [call, call] },
    ];
    const file = writeLines(dir, 'sim.jsonl', rows);
    expect(await slice(file, { sessions: ['s'] })).toMatchObject({ keptRequests: 2 });
    expect(kept()).toEqual([rows[1]]);
  });

  test('OpenTelemetry: a call is kept with the other spans of its trace', async () => {
    const span = (traceId: string, spanId: string, sec: number, operation: string) => ({
      ...{
        traceId,
        spanId,
        startTimeUnixNano: `${sec}000000000`,
        endTimeUnixNano: `${sec}500000000`,
      },
      attributes: { 'gen_ai.operation.name': operation, 'gen_ai.usage.input_tokens': 5 },
    });
    const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'x' } }] };
    const file = join(dir, 'otlp.json');
    const spans = [span('t', '1', 9, 'chat'), span('t', '2', 8, 'invoke_agent')];
    const others = [span('u', '1', 1, 'chat'), span('u', '2', 2, 'execute_tool')];
    const whole = (...some: object[]) => ({
      resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 's' }, spans: some }] }],
    });
    writeFileSync(file, JSON.stringify(whole(...spans, ...others), null, 1));
    expect(await slice(file, { sessions: ['t'] })).toMatchObject({ keptRequests: 1 });
    expect(kept()).toEqual([whole(spans[1]!), whole(spans[0]!)]);
  });

  test('into a folder are refused, and so is what is drawn', async () => {
    const file = writeLines(dir, 'one.jsonl', [row(undefined, 5)]);
    await expect(slice(file, { toMs: 1, output: join(dir, 'folder/') })).rejects.toThrow(
      /folder\/: found a folder; expected a file, as mooncake has no file for each session/,
    );
    const drawn = join(dir, 'c-trace.csv');
    writeFileSync(drawn, '0,1,1,Gamma,1,1\n');
    await expect(slice(drawn, { toMs: 1 })).rejects.toThrow(/servegen, whose requests are drawn/);
  });
});

const TRACE = sharedFile('data/traces/mooncake_conversation_trace.jsonl');
const noTrace = absent(TRACE);

test.skipIf(noTrace)(
  titled('the first minute of the conversation trace is its first 166 lines', noTrace),
  async () => {
    expect(await slice(TRACE, { toMs: 60_000 })).toMatchObject({ keptRequests: 166, sessions: 0 });
    const lines = readFileSync(TRACE, 'utf8').split('\n').slice(0, 166);
    expect(readFileSync(output, 'utf8')).toBe(`${lines.join('\n')}\n`);
  },
);
