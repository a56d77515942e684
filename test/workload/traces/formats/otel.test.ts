import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { TraceEntry } from '../../../../src/workload/traces/format.ts';
import { scratchDir } from '../../scratch.ts';
import { entriesOf, recognised, writer } from '../entries.ts';

const written = writer(scratchDir());

const text = (role: string, content: string) => ({ role, parts: [{ type: 'text', content }] });
const NS = 1_787_267_980_000_000_000n;

interface Told {
  readonly parent?: string;
  readonly fromMs: number;
  readonly toMs?: number;
  readonly attributes?: Record<string, unknown>;
  readonly status?: object;
}

/** A span of OTLP's JSON: numbers of nanoseconds are texts there. */
function span(
  id: string,
  { parent = '', fromMs, toMs = fromMs + 100, attributes = {}, status }: Told,
) {
  const at = (ms: number) => String(NS + BigInt(Math.round(ms * 1e6)));
  const any = (value: unknown) =>
    typeof value === 'number' ? { intValue: String(value) } : { stringValue: String(value) };
  return {
    traceId: 't1',
    spanId: id,
    parentSpanId: parent,
    name: 'chat m',
    startTimeUnixNano: at(fromMs),
    endTimeUnixNano: at(toMs),
    attributes: Object.entries(attributes).map(([key, value]) => ({ key, value: any(value) })),
    status,
  };
}

const call = (input: number, more: object = {}) => ({
  'gen_ai.operation.name': 'chat',
  'gen_ai.request.model': 'm',
  'gen_ai.usage.input_tokens': input,
  ...more,
});
const otlp = (...spans: object[]) => ({ resourceSpans: [{ scopeSpans: [{ spans }] }] });

const places = (entries: readonly TraceEntry[]) =>
  entries.map(({ session, turn, atMs, apiMs, thinkMs }) => [session, turn, atMs, apiMs, thinkMs]);

describe('spans of OTLP', () => {
  test('that call a model are requests; times are exact, tools and agents are none', async () => {
    const spans = [
      span('tool', { fromMs: 150, attributes: { 'gen_ai.operation.name': 'execute_tool' } }),
      span('b', { fromMs: 400.25, attributes: call(30, { 'gen_ai.usage.output_tokens': 7 }) }),
      span('a', { fromMs: 0, attributes: call(10), status: { code: 2 } }),
      span('again', { fromMs: 0, attributes: call(10), status: { code: 2 } }),
      span('http', { fromMs: 1, attributes: { 'http.method': 'GET' } }),
      span('empty', {
        fromMs: 2,
        attributes: { 'gen_ai.operation.name': 'chat' },
        status: { code: 2 },
      }),
    ];
    const file = written('otlp.json', JSON.stringify(otlp(...spans), undefined, 2));
    expect(await recognised(file)).toBe('otel');
    const warnings: string[] = [];
    const entries = await entriesOf(file, undefined, { warn: (line) => warnings.push(line) });
    const common = { session: 't1', model: 'm', apiMs: 100, isCumulative: true };
    expect(entries.map((entry) => ({ ...entry, atMs: entry.atMs! - entries[0]!.atMs! }))).toEqual([
      { ...common, turn: 0, atMs: 0, inputTokens: 10, isFailed: true },
      { ...common, turn: 1, atMs: 400.25, inputTokens: 30, outputTokens: 7, thinkMs: 300.25 },
    ]);
    expect(warnings).toEqual([
      `${file}: 1 calls failed before anything was known of them: left out`,
    ]);
  });

  test('have messages in parts, with tools, their calls and results', async () => {
    const input = [
      text('user', 'weather?'),
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', content: 'hm' },
          { type: 'tool_call', id: 'c', name: 'get', arguments: { city: 'Ulm' } },
        ],
      },
      { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c', response: { celsius: 9 } }] },
    ];
    const attributes = call(9, {
      'gen_ai.conversation.id': 'conv',
      'gen_ai.system_instructions': JSON.stringify([{ type: 'text', content: 'Be brief.' }]),
      'gen_ai.input.messages': JSON.stringify(input),
      'gen_ai.output.messages': JSON.stringify([
        { ...text('assistant', '9 C'), finish_reason: 'stop' },
      ]),
      'gen_ai.tool.definitions': JSON.stringify([
        { type: 'function', name: 'get', parameters: {} },
      ]),
    });
    const lines = [otlp(span('a', { fromMs: 0, attributes }))];
    const file = written('parts.jsonl', lines.map((line) => JSON.stringify(line)).join('\n'));
    const [{ messages, answer, ...rest } = {} as TraceEntry] = await entriesOf(file);
    expect(rest).toMatchObject({
      session: 'conv',
      request: { tools: [{ type: 'function', function: { name: 'get', parameters: {} } }] },
    });
    expect(rest).not.toHaveProperty('inputTokens');
    const tool = {
      id: 'c',
      type: 'function',
      function: { name: 'get', arguments: '{"city":"Ulm"}' },
    };
    expect(messages!.map(({ json }) => JSON.parse(json.toString()))).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'weather?' },
      { role: 'assistant', content: null, reasoning_content: 'hm', tool_calls: [tool] },
      { role: 'tool', content: '{"celsius":9}', tool_call_id: 'c' },
    ]);
    expect(answer!.text).toBe('9 C');
  });
});

test("inference-perf's file: a list of spans, ISO times, messages as text", async () => {
  const one = (id: string, from: string, to: string, content: string) => ({
    trace_id: 't',
    span_id: id,
    parent_span_id: null,
    name: 'chat gpt-4',
    start_time: `2026-02-25T10:00:${from}`,
    end_time: `2026-02-25T10:00:${to}`,
    attributes: {
      'exgentic.session.id': 's3',
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'gpt-4',
      'gen_ai.input.messages': JSON.stringify([{ role: 'user', content }]),
      'gen_ai.output.text': `${content}!`,
    },
  });
  const spans = [
    one('1', '00.000000', '02.000000', 'a'),
    one('2', '02.500000', '04.500000', 'b'),
    one('3', '03.000000', '05.000000', 'c'),
    one('4', '06.000000', '09.000000', 'd'),
  ];
  const file = written(
    'perf.json',
    JSON.stringify({ trace_id: 't', span_count: 4, spans }, null, 2),
  );
  expect(await recognised(file)).toBe('otel');
  const entries = await entriesOf(file);
  expect(entries.map(({ messages, answer }) => [messages![0].text, answer!.text])).toEqual([
    ['a', 'a!'],
    ['b', 'b!'],
    ['c', 'c!'],
    ['d', 'd!'],
  ]);
  // The third began while the second was answered: it cannot be a turn of the same conversation.
  expect(places(entries)).toEqual([
    ['s3', 0, 0, 2000, undefined],
    ['s3', 1, 2500, 2000, 500],
    ['s3#2', 0, 3000, 2000, undefined],
    ['s3#2', 1, 6000, 3000, 1000],
  ]);
});

test('a folder of files is one trace', async () => {
  const folder = scratchDir();
  const write = writer(folder);
  write('a.json', JSON.stringify(otlp(span('a', { fromMs: 500, attributes: call(1) }))));
  write('b.json.gz', gzipSync(JSON.stringify(otlp(span('b', { fromMs: 0, attributes: call(2) })))));
  write('notes.txt', 'x');
  expect(await recognised(folder)).toBe('otel');
  const entries = await entriesOf(folder);
  expect(entries.map(({ inputTokens, turn, thinkMs }) => [inputTokens, turn, thinkMs])).toEqual([
    [2, 0, undefined],
    [1, 1, 400],
  ]);
});

describe('agents within agents', () => {
  const agent = { 'gen_ai.operation.name': 'invoke_agent' };
  const outer = [
    span('root', { fromMs: 0, toMs: 2000, attributes: agent }),
    span('plan', { parent: 'root', fromMs: 0, attributes: call(10) }),
    span('sub', { parent: 'task', fromMs: 150, toMs: 900, attributes: agent }),
    span('task', { parent: 'root', fromMs: 150, toMs: 900 }),
    span('s1', { parent: 'sub', fromMs: 200, attributes: call(5) }),
    span('s2', { parent: 'sub', fromMs: 400, toMs: 800, attributes: call(6) }),
  ];
  const read = (...more: object[]) =>
    entriesOf(written('agents.json', JSON.stringify(otlp(...outer, ...more))));

  test('are children of the turn that they follow, if that agent waited for them', async () => {
    const entries = await read(span('end', { parent: 'root', fromMs: 1000, attributes: call(20) }));
    expect(places(entries)).toEqual([
      ['t1', 0, 0, 100, undefined],
      ['t1/sub', 0, 200, 100, 100],
      ['t1/sub', 1, 400, 400, 100],
      ['t1', 1, 1000, 100, 900],
    ]);
    expect(entries.map(({ parent }) => parent)).toEqual([
      undefined,
      { session: 't1', turn: 0 },
      undefined,
      undefined,
    ]);
  });

  test('are conversations of their own, if it went on without them', async () => {
    const entries = await read(span('end', { parent: 'root', fromMs: 500, attributes: call(20) }));
    expect(entries.map(({ parent }) => parent)).toEqual(Array(4).fill(undefined));
    expect(entries[1]).not.toHaveProperty('thinkMs');
  });
});

describe('a wrong span is named', () => {
  const attributes = call(1);
  test.each([
    [{ ...span('a', { fromMs: 0, attributes }), spanId: 7 }, /spans\[0\]: spanId: found 7/],
    [
      { ...span('a', { fromMs: 0, attributes }), startTimeUnixNano: 'x' },
      /startTimeUnixNano: found "x"/,
    ],
    [
      span('a', { fromMs: 0, attributes: call(-1) }),
      /gen_ai\.usage\.input_tokens: found -1; expected/,
    ],
    [
      span('a', { fromMs: 0, attributes: { 'gen_ai.operation.name': 'chat' } }),
      /gen_ai\.usage\.input_tokens: missing; expected tokens, or gen_ai\.input\.messages/,
    ],
    [
      span('a', { fromMs: 0, attributes: call(1, { 'gen_ai.input.messages': '[{' }) }),
      /gen_ai\.input\.messages: found \[{, which breaks off; expected JSON/,
    ],
    [
      span('a', {
        fromMs: 0,
        attributes: call(1, {
          'gen_ai.input.messages': JSON.stringify([{ role: 'user', parts: [{ type: 'blob' }] }]),
        }),
      }),
      /gen_ai\.input\.messages\[0\]\.parts\[0\]\.type: found "blob"; expected text, reasoning/,
    ],
  ])('%#', async (one, message) => {
    const file = written('wrong.jsonl', `\n${JSON.stringify(otlp(one))}`);
    await expect(entriesOf(file)).rejects.toThrow(message);
    await expect(entriesOf(file)).rejects.toThrow(`${file}: line 2: `);
  });
});
