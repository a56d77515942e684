import { describe, expect, test } from 'vitest';
import { formatOf, TRACE_FORMATS } from '../../../../src/workload/traces/formats/formats.ts';
import { mooncake } from '../../../../src/workload/traces/formats/mooncake.ts';
import { inOrder } from '../../../../src/workload/traces/order.ts';
import { scratchDir } from '../../scratch.ts';
import { readAll, writeLines } from '../read-all.ts';

const dir = scratchDir();
const read = (...lines: object[]) => readAll(mooncake, writeLines(dir, 'trace.jsonl', lines));

describe('sessions, as AIPerf writes them', () => {
  test('their turns count the whole input, and wait for so long after an answer', async () => {
    const ids = { input_length: 600, hash_ids: [0, 1] };
    const entries = await read(
      { session_id: 's1', timestamp: 10, ...ids, output_length: 5 },
      { session_id: 7, timestamp: 3, ...ids },
      { session_id: 's1', delay: 500, input_length: 1200, hash_ids: [0, 1, 2], output_length: 6 },
    );
    const whole = { isCumulative: true, inputTokens: 600, hashIds: [0, 1] };
    expect(entries).toEqual([
      { atMs: 10, session: 's1', turn: 0, ...whole, outputTokens: 5 },
      { atMs: 3, session: '7', turn: 0, ...whole },
      {
        session: 's1',
        turn: 1,
        thinkMs: 500,
        ...whole,
        inputTokens: 1200,
        hashIds: [0, 1, 2],
        outputTokens: 6,
      },
    ]);
  });

  test('or what is new, where a row says so', async () => {
    const row = { session_id: 'a', input_length: 9 };
    const [first, second] = await read(row, {
      ...row,
      context_mode: 'deltas_without_responses',
    });
    expect(first!.isCumulative).toBe(true);
    expect(second!.isCumulative).toBe(false);
    await expect(read({ ...row, context_mode: 'both' })).rejects.toThrow(
      /line 1: context_mode: found "both"; expected message_array_with_responses or deltas_without/,
    );
  });

  test('may be in any order', async () => {
    const row = (session_id: string, timestamp: number) => ({
      session_id,
      timestamp,
      input_length: 9,
    });
    const entries = inOrder(await read(row('a', 5), row('b', 9), row('a', 1)));
    expect(entries.map(({ session, atMs }) => [session, atMs])).toEqual([
      ['a', 1],
      ['a', 5],
      ['b', 9],
    ]);
  });
});

describe('texts and messages in the place of counts', () => {
  test('a text is what is new', async () => {
    const [alone, turn] = await read(
      { text_input: 'What is ML?', output_length: 20 },
      { session_id: 's', input_text: 'And DL?' },
    );
    expect(alone).toEqual({
      messages: [expect.objectContaining({ text: 'What is ML?' })],
      outputTokens: 20,
    });
    expect(turn).toMatchObject({ session: 's', isCumulative: false, messages: [{ role: 'user' }] });
  });

  test('messages are the whole history, unless they are deltas', async () => {
    const messages = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hi' },
    ];
    const row = { session_id: 's', messages };
    const [whole, delta] = await read(row, { ...row, message_mode: 'delta' });
    expect(whole!.isCumulative).toBe(true);
    expect(whole!.messages!.map(({ role, text }) => [role, text])).toEqual([
      ['system', 'Be brief.'],
      ['user', 'Hi'],
    ]);
    expect(delta!.isCumulative).toBe(false);
    await expect(read({ ...row, messages: [{ role: 'nobody' }] })).rejects.toThrow(
      /line 1: messages\[0\]\.role: found "nobody"/,
    );
    await expect(read({ ...row, messages: [] })).rejects.toThrow(/line 1: messages: found \[\]/);
  });
});

describe('what all rows have, or none', () => {
  test('a trace without times has none', async () => {
    expect((await read({ input_length: 5, session_id: 'a' }))[0]!.atMs).toBeUndefined();
    const row = { input_length: 5, hash_ids: [1] };
    await expect(read(row, { ...row, timestamp: 4 })).rejects.toThrow(
      /line 2: timestamp: found 4; expected none, as lines before it have none/,
    );
    await expect(read({ ...row, timestamp: 4 }, row)).rejects.toThrow(
      /line 2: timestamp: missing; expected milliseconds >= 0/,
    );
  });

  test('an id for the last, partial block', async () => {
    const whole = { timestamp: 0, input_length: 1024, hash_ids: [0, 1] };
    const floor = { timestamp: 0, input_length: 600, hash_ids: [0] };
    const ceil = { ...floor, hash_ids: [0, 1] };
    expect(
      (await read(whole, floor, { ...floor, input_length: 511, hash_ids: [] })).at(-1),
    ).toEqual({ atMs: 0, inputTokens: 511, hashIds: [] });
    await expect(read(whole, ceil, floor)).rejects.toThrow(
      /line 3: hash_ids: found 1; expected 2 for input_length 600 in blocks of 512: .*line 2 has an id for the last, partial block/,
    );
    await expect(read(whole, floor, ceil)).rejects.toThrow(
      /line 3: .* expected 1 .*no id for the last/,
    );
  });
});

test.each([
  { timestamp: 0, input_length: 600, output_length: 5, hash_ids: [0, 1] },
  { session_id: 's', input_length: 5 },
  { text_input: 'hello', output_length: 5 },
  { timestamp: 0, output_length: 5, messages: [{ role: 'user', content: 'hi' }] },
])('is known by %j', async (line) => {
  const file = writeLines(dir, 'known.jsonl', [line]);
  expect((await formatOf(file, 'auto', TRACE_FORMATS)).name).toBe('mooncake');
});

test('conversations are none, though they have messages', async () => {
  const file = writeLines(dir, 'chats.jsonl', [{ messages: [{ role: 'user', content: 'hi' }] }]);
  await expect(formatOf(file, 'auto', TRACE_FORMATS)).rejects.toThrow(/expected a trace/);
});
