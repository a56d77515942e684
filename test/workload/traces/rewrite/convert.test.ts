import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Chains } from '../../../../src/workload/traces/chains.ts';
import {
  formatNamed,
  formatOf,
  TRACE_FORMATS,
} from '../../../../src/workload/traces/formats/formats.ts';
import {
  type ConvertOptions,
  convertTrace,
} from '../../../../src/workload/traces/rewrite/convert.ts';
import { seenBefore } from '../../../../src/workload/traces/said.ts';
import { absent, sharedFile, titled } from '../../../support/needs.ts';
import { scratchDir } from '../../scratch.ts';
import { readAll, writeLines } from '../read-all.ts';

const dir = scratchDir();
const out = join(dir, 'out.jsonl');

const convert = (input: string, to: string, options: Partial<ConvertOptions> = {}) =>
  convertTrace({ input, output: out, to, reading: {}, drop: [], ...options });
const reread = (to: string, file = out, options = {}) =>
  readAll(formatNamed(to, TRACE_FORMATS), file, options);

const SESSION = {
  id: 's',
  block_size: 64,
  hash_id_scope: 'local',
  requests: [
    { t: 0, type: 'n', model: 'opus', in: 130, out: 7, hash_ids: [1, 2], api_time: 1.5 },
    { t: 5.25, type: 's', model: 'opus', in: 200, out: 0, hash_ids: [1, 2, 3], think_time: 2 },
    {
      t: 6,
      type: 'subagent',
      agent_id: 'a',
      requests: [{ t: 0, type: 's', model: 'haiku', in: 70, out: 2, hash_ids: [8] }],
    },
    {
      t: 6,
      type: 'subagent',
      agent_id: 'b',
      requests: [{ t: 0.5, type: 's', model: 'haiku', in: 64, out: 2, hash_ids: [9] }],
    },
    { t: 30, type: 's', model: 'opus', in: 90, out: 7, hash_ids: [1] },
  ],
};
const sessions = writeLines(dir, 'sessions.jsonl', [SESSION, { ...SESSION, id: 't' }]);
const MOONCAKE = { timestamp: 0, input_length: 600, output_length: 5, hash_ids: [0, 1] };

describe('what is written', () => {
  test('is read as what it was, sub-agents too, in one file or many', async () => {
    const before = await reread('kv-cache-tester', sessions);
    await convert(sessions, 'kv-cache-tester');
    const sorted = (entries: readonly object[]) => entries.map((one) => JSON.stringify(one)).sort();
    const plain = before.map((entry) => Object.fromEntries(Object.entries(entry).sort()));
    const again = await reread('kv-cache-tester');
    expect(sorted(again.map((entry) => Object.fromEntries(Object.entries(entry).sort())))).toEqual(
      sorted(plain),
    );
    const folder = join(dir, 'many/');
    await convert(sessions, 'kv-cache-tester', { output: folder });
    expect(readdirSync(folder)).toEqual(['s.json', 't.json']);
    expect(await reread('kv-cache-tester', folder)).toEqual(again);
  });

  test('of Mooncake and Qwen-Bailian goes there and back', async () => {
    const rows = [
      { session_id: '0', ...MOONCAKE },
      { session_id: '0', ...MOONCAKE, timestamp: 1500, input_length: 1024 },
      { session_id: '2', ...MOONCAKE, timestamp: 1600, hash_ids: [0, 7] },
    ];
    const input = writeLines(dir, 'm.jsonl', rows);
    const bailian = join(dir, 'b.jsonl');
    const { notes } = await convert(input, 'qwen-bailian', { output: bailian, blockTokens: 512 });
    expect(notes).toEqual(['to be read with --format qwen-bailian --block-tokens 512']);
    expect(readFileSync(bailian, 'utf8').split('\n')[1]).toBe(
      '{"chat_id": 1, "parent_chat_id": 0, "timestamp": 1.5, "input_length": 1024, "output_length": 5, "turn": 2, "hash_ids": [0, 1]}',
    );
    await convert(bailian, 'mooncake', { reading: { blockTokens: 512 } });
    expect(await reread('mooncake')).toEqual(await reread('mooncake', input));
  });

  test('has texts and messages as they were', async () => {
    const rows = [
      { session_id: 's', timestamp: 0, text_input: 'hello', output_length: 3 },
      { session_id: 's', delay: 20, text_input: 'you' },
      {
        session_id: 'u',
        timestamp: 4,
        messages: [
          { role: 'system', content: 'be' },
          { role: 'user', content: 'hi' },
        ],
      },
      {
        session_id: 'w',
        timestamp: 5,
        message_mode: 'delta',
        messages: [
          { role: 'system', content: 'be' },
          { role: 'user', content: 'hi' },
        ],
      },
    ];
    const input = writeLines(dir, 'texts.jsonl', rows);
    await convert(input, 'mooncake');
    const lines = readFileSync(out, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toEqual(rows);
  });

  test('of requests alone is a timed trace of vLLM, in seconds and blocks of 16', async () => {
    const rows = [250, 1500].map((timestamp) => ({ ...MOONCAKE, timestamp, input_length: 20 }));
    const input = writeLines(dir, 'timed.jsonl', rows);
    await convert(input, 'timed-trace', { reading: { format: 'mooncake', blockTokens: 16 } });
    expect(readFileSync(out, 'utf8').split('\n')[0]).toBe(
      '{"timestamp": 0.25, "input_length": 20, "output_length": 5, "hash_ids": [0, 1]}',
    );
    expect((await formatOf(out, 'auto', TRACE_FORMATS)).name).toBe('timed-trace');
    const entries = await reread('timed-trace');
    expect(entries.map(({ hashIds }) => hashIds)).toEqual([
      [0, 1],
      [0, 1],
    ]);
    expect(entries[1]!.atMs! - entries[0]!.atMs!).toBe(1250);
    await expect(convert(sessions, 'timed-trace')).rejects.toThrow(
      /timed-trace has no place for sessions \(10\)/,
    );
  });

  test('X-4 keeps ids of 64 bits', async () => {
    const ids = ['18446744073709551614', '18446744073709551615'];
    const input = writeLines(dir, 'wide.jsonl', [{ ...MOONCAKE, hash_ids: '@' }]);
    const text = readFileSync(input, 'utf8').replace('"@"', `[${ids}]`);
    (await import('node:fs')).writeFileSync(input, text);
    await convert(input, 'mooncake');
    expect(readFileSync(out, 'utf8')).toContain(`"hash_ids": [${ids.join(', ')}]`);
  });
});

describe('what would be lost', () => {
  test('is refused by name, until it is dropped by name', async () => {
    await expect(convert(sessions, 'mooncake')).rejects.toThrow(
      `${sessions}: mooncake has no place for sub-agents, which a turn of another session began (4), how long answers took (2), names of models (10), kinds of requests (10); to leave them out: --drop sub-agents,api-times,models,kinds`,
    );
    const drop = ['sub-agents', 'api-times', 'models', 'kinds'] as const;
    const { notes } = await convert(sessions, 'mooncake', { drop, blockTokens: 64 });
    expect(notes).toEqual([
      'to be read with --format mooncake --block-tokens 64',
      'all 2 sessions begin at 0: when they began is not in the trace',
    ]);
    expect((await reread('mooncake', out, { blockTokens: 64 }))[0]).toMatchObject({
      session: 's',
      atMs: 0,
    });
  });

  test('may be a field that nobody reads', async () => {
    const input = writeLines(dir, 'more.jsonl', [{ ...MOONCAKE, priority: 3, note: null }]);
    await expect(convert(input, 'mooncake')).rejects.toThrow(
      /mooncake has no place for other fields \(1: priority\); to leave them out: --drop other-fields/,
    );
  });

  test('may be when sessions began, and the ids of partial blocks that are shared', async () => {
    const input = writeLines(dir, 'two.jsonl', [MOONCAKE, { ...MOONCAKE, timestamp: 9 }]);
    await expect(convert(input, 'kv-cache-tester')).rejects.toThrow(
      /the times at which sessions began \(2\), ids of last, partial blocks that other requests have too \(2\)/,
    );
    await convert(input, 'kv-cache-tester', { drop: ['starts', 'last-blocks'] });
    expect((await reread('kv-cache-tester')).map(({ atMs, hashIds }) => [atMs, hashIds])).toEqual([
      [0, [0]],
      [0, [0]],
    ]);
  });

  test('is nothing that can be dropped where the request would be another', async () => {
    const input = writeLines(dir, 'texts2.jsonl', [
      { timestamp: 0, text_input: 'hello', output_length: 1 },
    ]);
    await expect(convert(input, 'qwen-bailian')).rejects.toThrow(
      /no place for texts \(1\); confab trace anonymise makes counts and hash ids of texts/,
    );
  });

  test('and what a format needs has to be there', async () => {
    const input = writeLines(dir, 'bare.jsonl', [{ timestamp: 0, input_length: 5 }]);
    await expect(convert(input, 'qwen-bailian')).rejects.toThrow(
      /found lengths of answers in 0 of 1 requests; qwen-bailian needs them in all/,
    );
    await expect(convert(input, 'parquet')).rejects.toThrow(
      /--to: found parquet; expected mooncake, /,
    );
    await expect(convert(input, 'mooncake', { output: input })).rejects.toThrow(
      /is the input itself/,
    );
    expect(existsSync(`${input}.tmp`)).toBe(false);
  });
});

describe('blocks', () => {
  test('of another size than the format takes for granted are refused', async () => {
    const drop = ['sub-agents', 'api-times', 'models', 'kinds'] as const;
    await expect(convert(sessions, 'mooncake', { drop })).rejects.toThrow(
      /found blocks of 64 tokens; mooncake has 512 .*: --to-block-tokens 64 keeps them, .* or --to-block-tokens 512 for blocks of 8/,
    );
    await expect(convert(sessions, 'mooncake', { drop, blockTokens: 100 })).rejects.toThrow(
      /--to-block-tokens: found 100; expected 64, as the trace has, or a multiple/,
    );
  });

  test('are joined to larger ones, the same where all before them is', async () => {
    const row = (timestamp: number, input_length: number, hash_ids: number[]) => ({
      ...MOONCAKE,
      timestamp,
      input_length,
      hash_ids,
    });
    const input = writeLines(dir, 'small.jsonl', [
      row(0, 80, [1, 2, 3, 4, 5]),
      row(1, 70, [1, 2, 3, 4, 9]),
      row(2, 64, [1, 7, 3, 4]),
    ]);
    await convert(input, 'mooncake', { reading: { blockTokens: 16 }, blockTokens: 32 });
    const [first, second, third] = (await reread('mooncake', out, { blockTokens: 32 })).map(
      ({ hashIds }) => hashIds!,
    );
    expect(first!.slice(0, 2)).toEqual(second!.slice(0, 2));
    expect(first![2]).not.toBe(second![2]);
    expect(third!.filter((id) => first!.includes(id))).toEqual([]);
  });

  test('that are not chained become so', async () => {
    const row = (timestamp: number, hash_ids: number[]) => ({
      ...MOONCAKE,
      timestamp,
      input_length: 1024,
      hash_ids,
    });
    const input = writeLines(dir, 'unchained.jsonl', [row(0, [1, 2]), row(1, [3, 2])]);
    await convert(input, 'mooncake');
    const chains = new Chains();
    for (const { hashIds } of await reread('mooncake')) chains.namesOf(hashIds!);
    expect(chains).toMatchObject({ conflicts: 0, names: 4 });
  });
});

const TRACE = sharedFile('data/traces/mooncake_conversation_trace.jsonl');
const FOLDER = sharedFile('data/traces/kv_cache_tester');
const noData = absent(TRACE, FOLDER);

describe.skipIf(noData)(titled('recorded traces', noData), () => {
  test('of Mooncake are written as they were, byte for byte', async () => {
    expect((await convert(TRACE, 'mooncake')).requests).toBe(12_031);
    expect(readFileSync(out).equals(readFileSync(TRACE))).toBe(true);
  });

  test('of coding agents share the same in every format', async () => {
    const drop = ['api-times', 'models', 'kinds', 'other-fields'] as const;
    const shared = async (to: string, file: string, blockTokens = 64) =>
      seenBefore((await reread(to, file, { blockTokens })) as never, blockTokens).reduce(
        (sum, { tokens }) => sum + tokens,
        0,
      );
    await convert(FOLDER, 'mooncake', { drop, blockTokens: 64 });
    expect(await shared('mooncake', out)).toBe(await shared('kv-cache-tester', FOLDER));
  });
});
