import { describe, expect, test } from 'vitest';
import { timedTrace } from '../../../../src/workload/traces/formats/timed-trace.ts';
import { absent, sharedFile, titled } from '../../../support/needs.ts';
import { scratchDir } from '../../scratch.ts';
import { entriesOf, recognised, writer } from '../entries.ts';

const written = writer(scratchDir());
const MOONCAKE = sharedFile('data/traces/mooncake_conversation_trace.jsonl');
const NO_MOONCAKE = absent(MOONCAKE);

const lines = (...rows: object[]) => rows.map((row) => JSON.stringify(row)).join('\n');
const ROW = { timestamp: 12.4, input_length: 42, output_length: 8, hash_ids: [981, 4412, 7] };

describe("a trace for vLLM's timed_trace", () => {
  test('has seconds and blocks of 16, unless the scenario says otherwise', async () => {
    const file = written(
      'timed.jsonl',
      lines(ROW, { ...ROW, timestamp: 12.6, hash_ids: [981, 4412] }),
    );
    expect(await recognised(file)).toBe('timed-trace');
    const entry = { atMs: 12_400, inputTokens: 42, outputTokens: 8, hashIds: [981, 4412, 7] };
    const options = { blockTokens: 16 };
    expect(await entriesOf(file, timedTrace, options)).toEqual([
      entry,
      { ...entry, atMs: 12_600, hashIds: [981, 4412] },
    ]);
    const [first] = await entriesOf(file, timedTrace, { ...options, timeUnit: 'ms' });
    expect(first!.atMs).toBe(12.4);
    await expect(entriesOf(file, timedTrace, { blockTokens: 512 })).rejects.toThrow(
      /line 1: hash_ids: found 3; expected 1 for 42 tokens in blocks of 512 \(--block-tokens, or conversation\.trace\.blockTokens\)/,
    );
  });

  test('may have other names for its fields', async () => {
    const file = written('named.jsonl', lines({ ts: 1, in: 16, out: 2.0, ids: [3] }));
    const fieldNames = {
      timestamp: 'ts',
      input_length: 'in',
      output_length: 'out',
      hash_ids: 'ids',
    };
    expect(await entriesOf(file, timedTrace, { blockTokens: 16, fieldNames })).toEqual([
      { atMs: 1000, inputTokens: 16, outputTokens: 2, hashIds: [3] },
    ]);
    await expect(entriesOf(file, timedTrace, { fieldNames: { time: 'ts' } })).rejects.toThrow(
      'conversation.trace.fieldNames: time: found "ts"; expected names for timestamp, input_length, output_length, hash_ids',
    );
  });

  test('X-4 keeps ids of 64 bits apart', async () => {
    const ids = ['18446744073709551614', '18446744073709551615', '-9223372036854775808'];
    const file = written('ids.jsonl', lines({ ...ROW, hash_ids: '@' }).replace('"@"', `[${ids}]`));
    const [entry] = await entriesOf(file, timedTrace, { blockTokens: 16 });
    expect(entry!.hashIds).toEqual(ids);
  });

  test('X-3 has no milliseconds that nobody spoke of', async () => {
    const rows = Array.from({ length: 30 }, (_, i) => ({ ...ROW, timestamp: i * 90_000 }));
    const file = written('ms.jsonl', lines(...rows));
    const options = { blockTokens: 16 };
    await expect(entriesOf(file, timedTrace, options)).rejects.toThrow(
      /timestamp: found milliseconds, by the look of it/,
    );
    expect((await entriesOf(file, timedTrace, { ...options, timeUnit: 'ms' }))[1]!.atMs).toBe(
      90_000,
    );
  });

  test.each([
    [{ timestamp: 'x' }, /line 2: timestamp: found "x"; expected s as a number/],
    [{ input_length: undefined }, /line 2: input_length: missing; expected tokens >= 0/],
    [{ output_length: -1 }, /line 2: output_length: found -1/],
    [{ hash_ids: [1, 'a', 2] }, /line 2: hash_ids: found \[1,"a",2\]; expected a list/],
  ])('a wrong line is named: %o', async (fields, message) => {
    const file = written('wrong.jsonl', lines(ROW, { ...ROW, ...fields }));
    await expect(entriesOf(file, timedTrace, { blockTokens: 16 })).rejects.toThrow(message);
  });
});

describe('is told from others by its content', () => {
  test.each([
    ['no ids, and parts of a second', { ...ROW, hash_ids: undefined }, true],
    [
      'no ids, and whole numbers, which may be anything',
      { ...ROW, timestamp: 5, hash_ids: undefined },
      false,
    ],
    ['ids for blocks of 512', { ...ROW, hash_ids: [1] }, false],
    ['ids for blocks of 64', { ...ROW, input_length: 128, hash_ids: [1, 2] }, false],
    ['a chat', { ...ROW, chat_id: 1 }, false],
    ['no lengths', { timestamp: 1.5 }, false],
  ])('%s', (_, row, is) => {
    expect(timedTrace.sniff(lines(row))).toBe(is);
  });

  test.skipIf(NO_MOONCAKE)(titled("Mooncake's is Mooncake's", NO_MOONCAKE), async () => {
    expect(await recognised(MOONCAKE)).toBe('mooncake');
  });
});
