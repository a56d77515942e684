import { describe, expect, test } from 'vitest';
import {
  checkTimeUnit,
  formatNamed,
  TRACE_FORMATS,
} from '../../../src/workload/traces/formats/formats.ts';
import { kvCacheTester } from '../../../src/workload/traces/formats/kv-cache-tester.ts';
import { mooncake } from '../../../src/workload/traces/formats/mooncake.ts';
import { qwenBailian } from '../../../src/workload/traces/formats/qwen-bailian.ts';
import { scratchDir, writeJson } from '../scratch.ts';
import { readAll, writeLines } from './read-all.ts';

const dir = scratchDir();
const many = (count: number, row: (i: number) => object) =>
  Array.from({ length: count }, (_, i) => row(i));

describe('X-3 seconds in a format of milliseconds', () => {
  const rows = (step: number, count = 30) =>
    writeLines(
      dir,
      'ms.jsonl',
      many(count, (i) => ({ timestamp: i * step, input_length: 5, hash_ids: [i] })),
    );

  test('X-3 are refused where a request came every millisecond', async () => {
    await expect(readAll(mooncake, rows(0.4))).rejects.toThrow(
      /ms\.jsonl: timestamp: found seconds, by the look of it \(as milliseconds, 30 requests come within 0\.012 s\); expected milliseconds: if they are, say so: --time-unit ms/,
    );
  });

  test('X-3 are refused where all are whole and some seconds apart', async () => {
    await expect(readAll(mooncake, rows(3))).rejects.toThrow(
      /found seconds, by the look of it \(as milliseconds, 30 times, all whole numbers, come within 0\.087 s\)/,
    );
    // Many at a time are one time.
    const batches = many(60, (i) => ({ timestamp: 3 * Math.floor(i / 3), input_length: 5 }));
    await expect(readAll(mooncake, writeLines(dir, 'batches.jsonl', batches))).rejects.toThrow(
      /found seconds, by the look of it \(as milliseconds, 60 requests come within 0\.057 s/,
    );
  });

  test.each([
    ['a slower trace', rows.bind(undefined, 10)],
    ['whole milliseconds, one after the other', rows.bind(undefined, 1)],
    ['a trace with parts of a millisecond', rows.bind(undefined, 1.5)],
    ['a short one of whole numbers', rows.bind(undefined, 3, 19)],
    ['a short one', rows.bind(undefined, 0.4, 19)],
    ['one burst', rows.bind(undefined, 0)],
  ])('X-3 %s is not', async (_, file) => {
    await expect(readAll(mooncake, file())).resolves.toBeDefined();
  });

  test('X-3 are taken where it is said, and so are milliseconds', async () => {
    const file = rows(0.4);
    expect((await readAll(mooncake, file, { timeUnit: 's' })).at(-1)!.atMs).toBe(11_600);
    expect((await readAll(mooncake, file, { timeUnit: 'ms' })).at(-1)!.atMs).toBeCloseTo(11.6, 9);
  });

  test('X-3 are refused where turns come before the answers before them', async () => {
    const turns = (gap: number) =>
      writeLines(
        dir,
        'turns.jsonl',
        many(42, (i) => ({
          session_id: String(i % 2),
          timestamp: Math.floor(i / 2) * gap,
          input_length: 5,
          output_length: 400,
        })),
      );
    await expect(readAll(mooncake, turns(20))).rejects.toThrow(
      /found seconds, by the look of it \(as milliseconds, 40 of 40 turns come before the answer/,
    );
    await expect(readAll(mooncake, turns(200))).resolves.toHaveLength(42);
  });
});

describe('X-3 milliseconds in a format of seconds', () => {
  const rows = (step: number) =>
    writeLines(
      dir,
      's.jsonl',
      many(30, (i) => ({
        chat_id: i,
        parent_chat_id: -1,
        timestamp: i * step,
        input_length: 16,
        output_length: 1,
        hash_ids: [i],
      })),
    );

  test('X-3 are refused where all are whole and minutes apart', async () => {
    await expect(readAll(qwenBailian, rows(3000))).rejects.toThrow(
      /s\.jsonl: timestamp: found milliseconds, by the look of it \(as seconds, 30 requests, all at whole numbers, take 1\.0 days\); expected seconds/,
    );
    await expect(readAll(qwenBailian, rows(3000.5))).resolves.toHaveLength(30);
    await expect(readAll(qwenBailian, rows(30))).resolves.toHaveLength(30);
  });

  test('X-3 are refused where times and what they are made of differ a thousandfold', async () => {
    const recorded = (tFactor: number, spanFactor: number) =>
      writeJson(dir, 'session.json', {
        id: 'a',
        block_size: 64,
        requests: many(30, (i) => ({
          t: i * 12 * tFactor,
          in: 64,
          out: 3,
          hash_ids: [1],
          api_time: 7 * spanFactor,
          think_time: 5 * spanFactor,
        })),
      });
    await expect(readAll(kvCacheTester, recorded(1, 1))).resolves.toHaveLength(30);
    await expect(readAll(kvCacheTester, recorded(1000, 1))).rejects.toThrow(
      /session\.json: t: found milliseconds, by the look of it \(29 of 29 turns differ/,
    );
    await expect(readAll(kvCacheTester, recorded(1, 1000))).rejects.toThrow(
      /session\.json: api_time: found milliseconds/,
    );
    const all = await readAll(kvCacheTester, recorded(1000, 1000), { timeUnit: 'ms' });
    expect(all[1]).toMatchObject({ atMs: 12_000, apiMs: 7000, thinkMs: 5000 });
  });
});

test('X-3 a unit is refused where times say themselves what they are', () => {
  const says = (name: string) => () =>
    checkTimeUnit(formatNamed(name, TRACE_FORMATS), 'ms', '--time-unit');
  for (const name of ['azure', 'otel', 'tracelab', 'servegen', 'mlperf-agentic', 'serving-sim']) {
    expect(says(name)).toThrow(
      `--time-unit: found ms; expected none with ${name}, whose times say what they are`,
    );
  }
  for (const name of ['mooncake', 'burstgpt', 'aibrix', 'openai-log', 'kv-cache-tester']) {
    expect(says(name)).not.toThrow();
  }
});
