import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Chains } from '../../../../src/workload/traces/chains.ts';
import {
  factsOf,
  formatOf,
  TRACE_FORMATS,
} from '../../../../src/workload/traces/formats/formats.ts';
import { kvCacheTester } from '../../../../src/workload/traces/formats/kv-cache-tester.ts';
import { absent, sharedFile, titled } from '../../../support/needs.ts';
import { scratchDir, writeJson } from '../../scratch.ts';
import { readAll, writeLines } from '../read-all.ts';

const dir = scratchDir();

const request = (t: number, hash_ids: number[], fields: object = {}) => ({
  t,
  type: 's',
  model: 'opus',
  in: hash_ids.length * 64 + 10,
  out: 7,
  hash_ids,
  ...fields,
});
const session = (requests: object[], fields: object = {}) => ({
  id: 'trace_1',
  models: ['opus'],
  block_size: 64,
  hash_id_scope: 'local',
  requests,
  ...fields,
});
const agent = (t: number, requests: object[], agent_id = 'agent_001') => ({
  t,
  type: 'subagent',
  agent_id,
  requests,
});
const read = (value: object, options = {}) =>
  readAll(kvCacheTester, writeJson(dir, 'trace.json', value), options);

describe('a session', () => {
  test('has whole inputs, ids of whole blocks, and times in milliseconds', async () => {
    const file = writeJson(
      dir,
      'one.json',
      session([
        request(0, [1, 2], { api_time: 8.42, think_time: 0 }),
        request(14, [1, 2, 3], { think_time: 6, out: 0 }),
      ]),
    );
    const format = await formatOf(file, 'auto', TRACE_FORMATS);
    expect(format.name).toBe('kv-cache-tester');
    expect(await factsOf(format, file)).toEqual({
      timeUnit: 's',
      blockTokens: 64,
      rounding: 'floor',
      context: 'cumulative',
      timeOrigin: 'session',
    });
    const all = { session: 'trace_1', isCumulative: true, model: 'opus', kind: 's' };
    // What is absent is not known, which is not 0; before the first request there is no answer to think about.
    expect(await readAll(format, file)).toEqual([
      { ...all, atMs: 0, turn: 0, inputTokens: 138, outputTokens: 7, hashIds: [1, 2], apiMs: 8420 },
      {
        ...all,
        atMs: 14_000,
        turn: 1,
        inputTokens: 202,
        outputTokens: 0,
        hashIds: [1, 2, 3],
        thinkMs: 6000,
      },
    ]);
  });

  test('may have an input that shrinks, and other blocks', async () => {
    const small = (t: number, hash_ids: number[]) =>
      request(t, hash_ids, { in: hash_ids.length * 8 + 7 });
    const entries = await read(session([small(0, [0, 1, 2]), small(1, [0, 9])], { block_size: 8 }));
    expect(entries.map(({ inputTokens }) => inputTokens)).toEqual([31, 23]);
  });

  test.each([
    [[request(0, [1], { in: 0 })], /trace.json: requests\[0\]: in: found 0; expected tokens >= 1/],
    [
      [request(0, [1], { in: 192 })],
      /requests\[0\]: hash_ids: found 1; expected 3 for in 192 in blocks of 64/,
    ],
    [[request(0, [1]), request(-1, [1])], /requests\[1\]: t: found -1; expected seconds >= 0/],
    [[request(0, [1], { api_time: 'x' })], /requests\[0\]: api_time: found "x"; expected seconds/],
    [[agent(3, [request(0, [1], { out: 1.5 })])], /requests\[0\]: requests\[0\]: out: found 1.5/],
    [[7], /requests\[0\]: found 7; expected an object/],
  ])('with requests %j is refused with its place', async (requests, message) => {
    await expect(read(session(requests as object[]))).rejects.toThrow(message);
  });

  test('of other blocks than the rest is refused', async () => {
    const file = writeLines(dir, 'mixed.jsonl', [
      session([request(0, [1])]),
      session([], { id: 'b', block_size: 8 }),
    ]);
    await expect(readAll(kvCacheTester, file)).rejects.toThrow(
      /mixed.jsonl: line 2: block_size: found 8; expected 64, as all of the trace has/,
    );
  });

  test('that left its ids out is told of', async () => {
    const told: string[] = [];
    const [entry] = await read(session([request(3, [], { in: 500 })]), {
      warn: (text: string) => told.push(text),
    });
    expect(entry).not.toHaveProperty('hashIds');
    expect(told).toEqual([expect.stringContaining('hash_ids: found none for in 500')]);
  });
});

describe('sub-agents', () => {
  const inner = (...times: number[]) => times.map((t) => request(t, [5, 6]));
  const around = (...agents: object[]) =>
    session([request(0, [1]), request(10, [1, 2]), ...agents, request(90, [1, 2, 3])]);
  const timesOf = async (value: object) =>
    (await read(value)).map(({ session, turn, atMs, parent }) => [session, turn, atMs, parent]);

  test('begin behind a turn of their parent, and count from their marker', async () => {
    expect(await timesOf(around(agent(20, inner(0, 4)), agent(21, inner(0))))).toEqual([
      ['trace_1', 0, 0, undefined],
      ['trace_1', 1, 10_000, undefined],
      ['trace_1', 2, 90_000, undefined],
      ['trace_1/agent_001', 0, 20_000, { session: 'trace_1', turn: 1 }],
      ['trace_1/agent_001', 1, 24_000, undefined],
      ['trace_1/agent_001#2', 0, 21_000, { session: 'trace_1', turn: 1 }],
    ]);
  });

  test("or from the session's beginning, as AgentX has them", async () => {
    const [, , , ...agents] = await timesOf(around(agent(20, inner(20.5, 24))));
    expect(agents.map(([, , atMs]) => atMs)).toEqual([20_500, 24_000]);
  });

  test('one way in all of the trace, or not at all', async () => {
    await expect(read(around(agent(20, inner(0)), agent(30, inner(30, 33))))).rejects.toThrow(
      /requests\[3\]: t: found the requests of a sub-agent counted from the beginning .* requests\[2\] from their marker; expected one of both/,
    );
  });

  test('before any turn are nobody’s', async () => {
    const entries = await timesOf(session([agent(0, inner(0)), request(5, [1])]));
    expect(entries).toEqual([
      ['trace_1', 0, 5000, undefined],
      ['trace_1/agent_001', 0, 0, undefined],
    ]);
  });

  test('and those that they begin', async () => {
    const nested = agent(20, [...inner(0), agent(3, inner(0), 'b'), ...inner(9)]);
    const entries = await timesOf(around(nested));
    expect(entries.at(-1)).toEqual([
      'trace_1/agent_001/b',
      0,
      23_000,
      { session: 'trace_1/agent_001', turn: 0 },
    ]);
  });
});

describe('sessions in a folder, or in lines', () => {
  const two = [
    session([request(0, [1, 2])]),
    session([request(0, [1, 7]), request(3, [1, 7, 8])], { id: 'trace_2' }),
  ];

  test('have ids of their own, unless these are the same everywhere', async () => {
    const folder = join(dir, 'folder');
    mkdirSync(folder);
    for (const [i, value] of two.entries()) writeJson(folder, `${i}.json`, value);
    writeFileSync(join(folder, 'notes.md'), 'not a trace');
    const format = await formatOf(folder, 'auto', TRACE_FORMATS);
    const ids = (await readAll(format, folder)).map(({ hashIds }) => hashIds);
    expect(ids).toEqual([
      [1, 2],
      [3, 4],
      [3, 4, 5],
    ]);
    const lines = writeLines(
      dir,
      'global.jsonl',
      two.map((one) => ({ ...one, hash_id_scope: 'global' })),
    );
    const [first, second] = await readAll(format, lines);
    expect([first!.hashIds, second!.hashIds]).toEqual([
      [1, 2],
      [1, 7],
    ]);
  });

  test('have different names, and one scope', async () => {
    const twice = writeLines(dir, 'twice.jsonl', [two[0]!, two[0]!]);
    await expect(readAll(kvCacheTester, twice)).rejects.toThrow(
      /line 2: id: found trace_1; expected another/,
    );
    const scopes = writeLines(dir, 'scopes.jsonl', [
      two[0]!,
      { ...two[1], hash_id_scope: 'global' },
    ]);
    await expect(readAll(kvCacheTester, scopes)).rejects.toThrow(
      /line 2: hash_id_scope: found "global"; expected local, as in/,
    );
  });

  test('in an empty folder are none', async () => {
    const empty = join(dir, 'empty');
    mkdirSync(empty);
    await expect(formatOf(empty, 'auto', TRACE_FORMATS)).rejects.toThrow(/a folder without \.json/);
  });
});

const FOLDER = sharedFile('data/traces/kv_cache_tester');
const noFolder = absent(FOLDER);

describe.skipIf(noFolder)(titled('the ten sessions that were recorded', noFolder), () => {
  test('have all that their own totals say, chained', async () => {
    const entries = await readAll(kvCacheTester, FOLDER);
    expect(entries).toHaveLength(300);
    const inputs = entries.map(({ inputTokens }) => inputTokens!);
    // 383525 + 1206877 + 627951 + 910302 + 174369 + 9122188 + 2355471 + 3872978 + 1565120 + 1942822
    expect(inputs.reduce((a, b) => a + b)).toBe(22_161_603);
    expect(new Set(entries.map(({ session }) => session)).size).toBe(10);
    // Of 53 streams nobody wrote how long they took, and of 5 requests what was thought before.
    expect(entries.filter(({ apiMs }) => apiMs === undefined)).toHaveLength(53);
    // Besides, the first of each session has no answer before it.
    expect(entries.filter(({ thinkMs }) => thinkMs === undefined)).toHaveLength(15);
    const chains = new Chains();
    for (const { hashIds } of entries) chains.namesOf(hashIds!);
    expect(chains).toMatchObject({ conflicts: 0, names: 18_967 });
  });

  test('share with their own turns before what a second program found that they share', async () => {
    const seen = new Map<string, { ids: Set<unknown>; hit: number; all: number }>();
    for (const { session, hashIds } of await readAll(kvCacheTester, FOLDER)) {
      const one = seen.get(session!) ?? { ids: new Set(), hit: 0, all: 0 };
      const missed = hashIds!.findIndex((id) => !one.ids.has(id));
      one.hit += missed < 0 ? hashIds!.length : missed;
      one.all += hashIds!.length;
      for (const id of hashIds!) one.ids.add(id);
      seen.set(session!, one);
    }
    const shares = [...seen.values()].map(({ hit, all }) => Number((hit / all).toFixed(4)));
    expect(shares).toEqual([
      0.6601, 0.9128, 0.9403, 0.8736, 0.7297, 0.9556, 0.9631, 0.9678, 0.9595, 0.9489,
    ]);
  });
});
