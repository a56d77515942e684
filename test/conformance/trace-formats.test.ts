import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  factsOf,
  formatNamed,
  formatOf,
  TRACE_FORMATS,
} from '../../src/workload/traces/formats/formats.ts';
import { scratchDir } from '../workload/scratch.ts';
import { readAll } from '../workload/traces/read-all.ts';

const dir = scratchDir();

/** Two turns of a session in every format with blocks, 40 and 80 tokens in blocks of 16 or as the format has them. */
const FILES = {
  mooncake: [
    '{"session_id": "s", "timestamp": 0, "input_length": 600, "output_length": 5, "hash_ids": [A, B]}',
    '{"session_id": "s", "timestamp": 900, "input_length": 1200, "output_length": 5, "hash_ids": [A, B, 7]}',
  ],
  'qwen-bailian': [
    '{"chat_id": 1, "parent_chat_id": -1, "timestamp": 0.5, "input_length": 25, "output_length": 5, "type": "text", "turn": 1, "hash_ids": [A, B]}',
    '{"chat_id": 2, "parent_chat_id": 1, "timestamp": 1.4, "input_length": 45, "output_length": 5, "type": "text", "turn": 2, "hash_ids": [A, B, 7]}',
  ],
  'kv-cache-tester': [
    '{"id": "s", "block_size": 64, "requests": [{"t": 0, "in": 130, "out": 5, "hash_ids": [A, B]}, {"t": 0.9, "in": 200, "out": 5, "hash_ids": [A, B, 7]}]}',
  ],
};
type Name = keyof typeof FILES;
const NAMES = Object.keys(FILES) as Name[];
const LENGTHS: Record<Name, number[]> = {
  mooncake: [600, 1200],
  'qwen-bailian': [25, 45],
  'kv-cache-tester': [130, 200],
};

function fileOf(name: Name, [a, b] = ['1', '2']): string {
  const file = join(dir, `${name}.jsonl`);
  const text = FILES[name].map((line) => `${line}\n`).join('');
  writeFileSync(file, text.replaceAll('A,', `${a},`).replaceAll('B', b!));
  return file;
}

describe('X-1 context', () => {
  test.each(NAMES)('X-1 inputs of %s are whole, and as long as the trace says', async (name) => {
    const file = fileOf(name);
    const format = await formatOf(file, 'auto', TRACE_FORMATS);
    expect(format).toMatchObject({ name, context: 'cumulative' });
    const entries = await readAll(format, file);
    expect(entries.map(({ isCumulative }) => isCumulative)).toEqual([true, true]);
    expect(entries.map(({ inputTokens }) => inputTokens)).toEqual(LENGTHS[name]);
    expect(new Set(entries.map(({ session }) => session)).size).toBe(1);
    expect(entries[1]!.atMs! - entries[0]!.atMs!).toBeCloseTo(900, 6);
  });
});

describe('X-3 units and blocks', () => {
  test.each([
    ['mooncake', { timeUnit: 'ms', blockTokens: 512, rounding: 'ceil' }],
    ['qwen-bailian', { timeUnit: 's', blockTokens: 16, rounding: 'ceil' }],
    ['kv-cache-tester', { timeUnit: 's', blockTokens: 64, rounding: 'floor' }],
  ] as const)('X-3 %s counts in %o', async (name, facts) => {
    expect(await factsOf(formatNamed(name, TRACE_FORMATS), fileOf(name))).toMatchObject(facts);
  });

  test.each(NAMES)('X-3 %s is refused with another block than its own', async (name) => {
    const file = fileOf(name);
    const format = formatNamed(name, TRACE_FORMATS);
    await expect(readAll(format, file, { blockTokens: 32 })).rejects.toThrow(
      /(hash_ids: found 2; expected \d+ for .* in blocks of 32|block_size: found 64; expected 32)/,
    );
  });
});

describe('X-4 ids of 64 bits', () => {
  test.each(NAMES)('X-4 in %s stay apart', async (name) => {
    const ids: [string, string] = ['18446744073709551614', '18446744073709551615'];
    const entries = await readAll(formatNamed(name, TRACE_FORMATS), fileOf(name, ids));
    expect(entries.map(({ hashIds }) => hashIds)).toEqual([ids, [...ids, 7]]);
  });
});
