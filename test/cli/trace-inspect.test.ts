import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { confab, journalOf } from '../support/confab.ts';
import { freshFolder, ROOT } from '../support/folders.ts';

const SAMPLE = 'corpora/sample-mooncake.jsonl';

async function inspected(args: readonly string[], cwd = ROOT) {
  const ended = await confab(['trace', 'inspect', ...args], { cwd });
  return { ...ended, json: () => JSON.parse(ended.stdout) };
}

function written(lines: readonly (string | object)[]): string {
  const file = join(freshFolder(), 'trace.txt');
  const texts = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  writeFileSync(file, `${texts.join('\n')}\n`);
  return file;
}

describe('confab trace inspect', () => {
  test('says of a trace what it is, and what a cache finds in it, within 80 columns', async () => {
    const { code, stdout } = await inspected([SAMPLE, '--bytes-per-token', '131072']);
    expect(code).toBe(0);
    await expect(stdout).toMatchFileSnapshot('../golden/inspect/mooncake.txt');
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test('writes all numbers, as their schema has them', async () => {
    const cwd = freshFolder();
    const sample = join(ROOT, SAMPLE);
    const { stdout } = await inspected([sample, '--json', 'all.json'], cwd);
    expect(stdout).toContain('Hit share');
    const text = readFileSync(join(cwd, 'all.json'), 'utf8');
    expect((await inspected([sample, '--json', '-'])).stdout).toBe(text);
    const schema = JSON.parse((await confab(['schema', 'inspection'])).stdout);
    const reader = z.fromJSONSchema(schema);
    const json = JSON.parse(text);
    expect(reader.parse(json)).toEqual(json);
    expect(json).toMatchObject({ format: 'confab-inspection', version: 1, requests: 24 });
    expect(reader.safeParse({ ...json, requests: -1 }).success).toBe(false);
    const other = (await inspected([burst(8), '--json', '-'])).json();
    expect(reader.parse(other)).toEqual(other);
    const spoken = written([
      { timestamp: 0, session_id: 's', text_input: 'hello', output_length: 3 },
    ]);
    const said = (await inspected([spoken, '--json', '-'])).json();
    expect(reader.parse(said)).toEqual(said);
    expect(said.said).toMatchObject({ requests: 1, characters: 5 });
  });

  test('draws the curves as SVG, and refuses what has none, or another name, before it reads', async () => {
    const cwd = freshFolder();
    const { code } = await inspected([join(ROOT, SAMPLE), '--figure', 'curves.svg'], cwd);
    expect(code).toBe(0);
    const svg = readFileSync(join(cwd, 'curves.svg'), 'utf8');
    for (const word of ['Hit share by capacity', 'upper bound', 'Hit share by time to live']) {
      expect(svg).toContain(word);
    }
    // Prompts that are not known as blocks have times and lengths.
    expect((await inspected([burst(6), '--figure', 'load.svg'], cwd)).code).toBe(0);
    expect(readFileSync(join(cwd, 'load.svg'), 'utf8')).toContain('Requests by time');
    const message = '{"conversation_id": 1, "turn": 1, "role": "user", "content": "Hello."}\n';
    writeFileSync(join(cwd, 'one.jsonl'), message);
    const none = await inspected(['one.jsonl', '--figure', 'curves.svg'], cwd);
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('found no times')]);
    const pdf = await inspected(['nowhere.jsonl', '--figure', 'curves.pdf'], cwd);
    expect([pdf.code, pdf.stderr]).toEqual([2, expect.stringContaining('.svg or .png')]);
  });

  test('takes capacities and times to live, each in ascending order', async () => {
    const asked = ['--capacity', '3,30', '--ttl', '2,1m', '--warmup', '0.5', '--json', '-'];
    const { reuse } = (await inspected([SAMPLE, ...asked])).json();
    expect(reuse.lru.points.map((point: { blocks: number }) => point.blocks)).toEqual([3, 30]);
    expect(reuse.ttl.points.map((point: { ttlSec: number }) => point.ttlSec)).toEqual([2, 60]);
    expect([reuse.warmupRequests, reuse.requests]).toEqual([12, 12]);
    const { code, stderr } = await inspected([SAMPLE, '--capacity', '30,3']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('ascending')]);
  });

  test('what it foresees is what the embedded engine then finds, token for token', async () => {
    const cwd = freshFolder();
    const config = join(ROOT, 'configs/mooncake.yaml');
    const played = await confab(['simulate', config], { cwd });
    expect(played.code).toBe(0);
    const { records } = journalOf(cwd);
    const cached = records.reduce((sum, { cachedTokens }) => sum + cachedTokens!, 0);
    const { reuse } = (await inspected([SAMPLE, '--json', '-'])).json();
    expect(reuse.unlimited.engine * reuse.inputTokens).toBeCloseTo(cached, 6);
    expect(cached).toBeGreaterThan(30_000);
  });
});

describe('the digest', () => {
  const digestOf = async (...args: string[]): Promise<string> =>
    (await inspected([...args, '--json', '-'])).json().digest;

  test('is that of the same requests in another format, and of the trace without its names', async () => {
    const requests = [
      { t: 0, type: 's', in: 200, out: 5, hash_ids: [1, 2, 3] },
      { t: 4.5, type: 's', in: 270, out: 6, think_time: 1.5, hash_ids: [1, 2, 3, 4] },
      { t: 9, type: 's', in: 150, out: 7, hash_ids: [1, 9] },
    ];
    const weka = written([{ id: 'a', block_size: 64, hash_id_scope: 'local', requests }]);
    const cwd = freshFolder();
    const rewritten = async (verb: string, file: string, ...flags: string[]) => {
      const { code, stderr } = await confab(['trace', verb, weka, file, ...flags], { cwd });
      expect([code, stderr]).toEqual([0, '']);
      return join(cwd, file);
    };
    const dropped = ['--drop', 'kinds', '--to-block-tokens', '64'];
    const mooncake = await rewritten('convert', 'm.jsonl', '--to', 'mooncake', ...dropped);
    const nameless = await rewritten('anonymise', 'n.json');
    const digest = await digestOf(weka);
    expect(await digestOf(mooncake, '--block-tokens', '64')).toBe(digest);
    expect(await digestOf(nameless)).toBe(digest);
    expect(await digestOf(SAMPLE)).not.toBe(digest);
  });
});

/** BurstGPT's columns: of its first two files, or of its third. */
function burst(columns: 6 | 8): string {
  const [session, blank, elapsed] =
    columns === 8 ? [',Session ID,Elapsed time', ',,', ',s-1,'] : ['', '', ''];
  const spent = (seconds: string) => (columns === 8 ? `${elapsed}${seconds}` : '');
  return written([
    `Timestamp${session},Model,Request tokens,Response tokens,Total tokens,Log Type`,
    `5${spent('5')},ChatGPT,472,18,490,Conversation log`,
    `45${spent('7')},ChatGPT,1087,230,1317,Conversation log`,
    `118${blank},GPT-4,417,276,693,API log`,
    `118${blank},ChatGPT,10,0,10,API log`,
  ]);
}

describe('traces without blocks', () => {
  test.each([6, 8] as const)(
    '000-1 000-2 of BurstGPT with %d columns: rows, span, models, log types, sessions',
    async (columns) => {
      const seen = (await inspected([burst(columns), '--json', '-'])).json();
      expect(seen).toMatchObject({
        traceFormat: { name: 'burstgpt', by: 'content' },
        timeUnit: 's',
        requests: 4,
        failed: 1,
        arrivals: { count: 4, spanMs: 113_000, stepMs: 1000 },
        models: { ChatGPT: 3, 'GPT-4': 1 },
        kinds: { 'Conversation log': 2, 'API log': 2 },
      });
      expect(seen.inputTokens).toMatchObject({ count: 4, min: 10, max: 1087 });
      // The API's rows have no session, and the others' pause is without the time that the answer took.
      const sessions = { sessions: 1, requestsWithout: 2, turns: { max: 2 } };
      if (columns === 6) expect(seen).not.toHaveProperty('sessions');
      else expect(seen).toMatchObject({ sessions, thinkSec: { count: 1, mean: 35 } });
      expect(seen).not.toHaveProperty('blocks');
    },
  );
});

describe('X-3 unit, block size and rounding of each format', () => {
  const mooncake = (more: object = {}) => ({
    timestamp: 0,
    input_length: 600,
    output_length: 5,
    hash_ids: [0, 1],
    ...more,
  });
  const bailian = {
    chat_id: 1,
    parent_chat_id: -1,
    timestamp: 1.5,
    input_length: 40,
    output_length: 5,
    type: 'text',
    turn: 1,
    hash_ids: [1, 2, 3],
  };
  const weka = {
    id: 'a',
    block_size: 64,
    hash_id_scope: 'local',
    requests: [{ t: 0, type: 's', in: 200, out: 5, hash_ids: [1, 2, 3] }],
  };

  test.each([
    ['mooncake', mooncake(), 'ms', 512, 'ceil'],
    ['qwen-bailian', bailian, 's', 16, 'ceil'],
    ['kv-cache-tester', weka, 's', 64, 'floor'],
  ])('X-3 %s', async (name, line, timeUnit, blockTokens, rounding) => {
    const seen = (await inspected([written([line]), '--json', '-'])).json();
    expect(seen).toMatchObject({
      traceFormat: { name },
      timeUnit,
      context: 'cumulative',
      blocks: { blockTokens, rounding },
    });
  });

  test('X-3 ids that are not those of blocks of this size are refused, with one that would do', async () => {
    const file = written([mooncake({ input_length: 1600, hash_ids: Array(50).fill(1) })]);
    const { code, stderr } = await inspected([file]);
    expect(code).toBe(2);
    expect(stderr).toContain(`${file}: line 1: hash_ids: found 50; expected 4`);
    expect(stderr).toContain('blocks of 32 would fit');
    const told = await inspected([file, '--block-tokens', '32', '--json', '-']);
    expect(told.json().blocks.blockTokens).toBe(32);
  });

  test('X-3 seconds that are taken for milliseconds are refused, unless it is said that they are not', async () => {
    const lines = Array.from({ length: 30 }, (_, i) => mooncake({ timestamp: 0.5 * i }));
    const file = written(lines);
    const { code, stderr } = await inspected([file]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('found seconds')]);
    const seconds = await inspected([file, '--time-unit', 's', '--json', '-']);
    expect(seconds.json()).toMatchObject({ timeUnit: 's', arrivals: { spanMs: 14_500 } });
  });

  test('X-3 ids beyond 2^53 are kept apart, and told of', async () => {
    const near = ['18446744073709551614', '18446744073709551615'];
    const lines = near.map((id) => JSON.stringify(mooncake()).replace('[0,1]', `[7,${id}]`));
    const seen = (await inspected([written(lines), '--json', '-'])).json();
    expect(seen.blocks).toMatchObject({ distinct: 3, beyondDouble: 2 });
    expect(seen.warnings).toEqual([expect.stringContaining('beyond 2^53')]);
  });

  test('a name that no format has', async () => {
    const { code, stderr } = await inspected([SAMPLE, '--format', 'excel']);
    expect([code, stderr]).toEqual([2, expect.stringContaining("found 'excel'")]);
  });
});
