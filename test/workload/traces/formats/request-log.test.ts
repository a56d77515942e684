import { describe, expect, test } from 'vitest';
import type { TraceEntry } from '../../../../src/workload/traces/format.ts';
import { scratchDir } from '../../scratch.ts';
import { entriesOf, recognised, writer } from '../entries.ts';

const written = writer(scratchDir());

const HI = [{ role: 'user', content: 'hi' }];
const lines = (...rows: object[]) => rows.map((row) => JSON.stringify(row)).join('\n');

/** What a log with this record alone has. */
async function only(record: object): Promise<TraceEntry> {
  const file = written('log.jsonl', lines(record));
  expect(await recognised(file)).toBe('openai-log');
  const [entry] = await entriesOf(file);
  return entry!;
}

describe('a body with a time is a request', () => {
  test.each([
    ['its fields beside the time', { timestamp: '2026-01-01T00:00:00Z', messages: HI, model: 'm' }],
    ['in a field', { ts: 1_767_225_600, body: { messages: HI, model: 'm' } }],
    [
      'as text',
      {
        start_time: '2026-01-01 00:00:00.5',
        request: JSON.stringify({ messages: HI, model: 'm' }),
      },
    ],
    ['a prompt', { created: 1_767_225_600, prompt: 'hi', model: 'm' }],
    ['a list of one prompt', { time: 5, body: { prompt: ['hi'], model: 'm' } }],
  ])('%s', async (_, record) => {
    const { messages, ...rest } = await only(record);
    expect(rest).toEqual({ atMs: 0, isCumulative: true, model: 'm' });
    expect(messages!.map(({ role, text }) => [role, text])).toEqual([['user', 'hi']]);
  });

  test('with its answer, where that was kept, and what tools it had', async () => {
    const tools = [{ type: 'function', function: { name: 'f' } }];
    const {
      messages: _,
      answer,
      ...rest
    } = await only({
      timestamp: 1_767_225_600_123,
      url: '/v1/chat/completions',
      duration_ms: 1500,
      body: { messages: HI, tools, max_tokens: 100, metadata: { session_id: 7 } },
      response: {
        status_code: 200,
        body: {
          model: 'm-2',
          choices: [{ message: { role: 'assistant', content: 'ho' } }],
          usage: { completion_tokens: 3 },
        },
      },
    });
    expect(rest).toEqual({
      atMs: 0,
      isCumulative: true,
      request: { tools },
      model: 'm-2',
      outputTokens: 3,
      session: '7',
      apiMs: 1500,
      kind: '/v1/chat/completions',
    });
    expect(answer!.text).toBe('ho');
  });

  test('that failed, or whose limit alone is known', async () => {
    expect(await only({ time: 1, messages: HI, max_tokens: 9, error: { code: 1 } })).toMatchObject({
      outputTokens: 9,
      isFailed: true,
    });
    expect(await only({ time: 1, messages: HI, status: 503 })).toMatchObject({ isFailed: true });
  });
});

describe('times', () => {
  test.each([
    ['dates', ['2026-01-01T00:00:00.000Z', '2026-01-01T01:00:02.500+01:00'], 2500],
    ['seconds since 1970', [1_767_225_600.25, 1_767_225_602.75], 2500],
    ['milliseconds since 1970', [1_767_225_600_250, 1_767_225_602_750], 2500],
    ['microseconds since 1970', [1_767_225_600_250_000, 1_767_225_602_750_000], 2500],
    ['nanoseconds since 1970, as text', ['1767225600250000000', '1767225602750000000'], 2500],
    ['numbers from the beginning', [0.25, 2.75], 2500],
  ])('as %s', async (_, [first, second], ms) => {
    const row = (timestamp: unknown, more = {}) => ({
      timestamp,
      session_id: 's',
      messages: HI,
      ...more,
    });
    const file = written('times.jsonl', lines(row(first, { end_time: second }), row(second)));
    const entries = await entriesOf(file);
    // A double of microseconds since 1970 is exact to a quarter of one.
    expect(entries[1]!.atMs).toBeCloseTo(ms, 3);
    expect(entries[0]!.apiMs).toBe(entries[1]!.atMs);
    expect(entries[1]!.thinkMs).toBe(0);
  });

  test('of small numbers may be milliseconds, if the scenario says so', async () => {
    const file = written('ms.jsonl', lines({ time: 0, messages: HI }, { time: 250, messages: HI }));
    const [, second] = await entriesOf(file, undefined, { timeUnit: 'ms' });
    expect(second!.atMs).toBe(250);
  });
});

describe('a wrong record is named', () => {
  test.each([
    [{ messages: HI }, /line 2: timestamp: missing; expected a time there, or in @timestamp, time/],
    [
      { time: 'noon', messages: HI },
      /line 2: time: found "noon"; expected a date and a time of day/,
    ],
    [{ time: 1, body: '{' }, /line 2: body: found "{"; expected an object, or its JSON/],
    [{ time: 1 }, /line 2: messages: missing; expected a list of messages, or prompt/],
    [{ time: 1, messages: [{ role: 'x' }] }, /line 2: messages\[0\]\.role: found "x"/],
    [{ time: 1, messages: [] }, /line 2: messages: found none; expected at least one/],
  ])('%j', async (record, message) => {
    const file = written('wrong.jsonl', lines({ time: 0, messages: HI }, record));
    await expect(entriesOf(file)).rejects.toThrow(message);
  });
});
