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
