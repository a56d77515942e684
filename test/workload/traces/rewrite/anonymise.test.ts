import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadTokenizer } from '../../../../src/workload/tokenizer/tokenizer.ts';
import { formatNamed, TRACE_FORMATS } from '../../../../src/workload/traces/formats/formats.ts';
import {
  type AnonymiseOptions,
  anonymiseTrace,
} from '../../../../src/workload/traces/rewrite/anonymise.ts';
import { scratchDir } from '../../scratch.ts';
import { readAll, writeLines } from '../read-all.ts';

const dir = scratchDir();
const output = join(dir, 'out.jsonl');
const anonymise = (input: string, options: Partial<AnonymiseOptions> = {}) =>
  anonymiseTrace({ input, output, reading: {}, tokenizer: 'gpt2', drop: [], ...options });

test('ids, sessions and times are numbered anew; models, kinds and other fields are gone', async () => {
  const input = writeLines(dir, 'sessions.jsonl', [
    {
      id: 'alice@example.org',
      block_size: 64,
      owner: 'alice',
      requests: [
        {
          t: 0,
          type: 'n',
          model: 'opus',
          in: 130,
          out: 7,
          hash_ids: [501, 77],
          think_time: 0,
          api_time: 2,
        },
        {
          t: 3,
          type: 'subagent',
          agent_id: 'secret',
          requests: [{ t: 0, in: 64, out: 1, hash_ids: [501] }],
        },
        { t: 9, type: 's', in: 200, out: 3, hash_ids: [501, 77, 900], think_time: 4 },
      ],
    },
  ]);
  expect(await anonymise(input)).toMatchObject({
    to: 'kv-cache-tester',
    requests: 3,
    sessions: 2,
    notes: [],
  });
  expect(JSON.parse(readFileSync(output, 'utf8'))).toEqual({
    id: '1',
    block_size: 64,
    hash_id_scope: 'local',
    requests: [
      { t: 0, in: 130, out: 7, hash_ids: [0, 1], api_time: 2 },
      {
        t: 3,
        type: 'subagent',
        agent_id: '2',
        requests: [{ t: 0, in: 64, out: 1, hash_ids: [0] }],
      },
      { t: 9, in: 200, out: 3, hash_ids: [0, 1, 2], think_time: 4 },
    ],
  });
});

test('times count from the first request', async () => {
  const row = { input_length: 5, output_length: 2, hash_ids: [9] };
  const input = writeLines(dir, 'm.jsonl', [
    { timestamp: 1_700_000, ...row },
    { timestamp: 1_700_250, ...row },
  ]);
  await anonymise(input);
  const entries = await readAll(formatNamed('mooncake', TRACE_FORMATS), output);
  expect(entries.map(({ atMs, hashIds }) => [atMs, hashIds])).toEqual([
    [0, [0]],
    [250, [0]],
  ]);
});

test('texts become exact counts, and as many ids as they begin alike', async () => {
  const words = (n: number, word: string) => Array.from({ length: n }, () => word).join(' ');
  const system = { role: 'system', content: words(20, 'alpha') };
  const chat = (...texts: string[]) => [
    system,
    ...texts.map((content, i) => ({ role: i % 2 ? 'assistant' : 'user', content })),
  ];
  const input = writeLines(dir, 'texts.jsonl', [
    { session_id: 'bob', timestamp: 0, messages: chat('one two'), output_length: 4 },
    {
      session_id: 'bob',
      timestamp: 5,
      messages: chat('one two', 'three', words(30, 'four')),
      output_length: 5,
    },
    { session_id: 'eve', timestamp: 9, messages: chat('five'), output_length: 6 },
    { session_id: 'tom', timestamp: 9, text_input: words(3, 'delta') },
    { session_id: 'tom', timestamp: 19, text_input: words(5, 'delta') },
  ]);
  await anonymise(input, { blockTokens: 8 });
  const written = readFileSync(output, 'utf8');
  expect(written).not.toMatch(/alpha|one|three|four|bob|eve|tom|messages/);
  const entries = await readAll(formatNamed('mooncake', TRACE_FORMATS), output, { blockTokens: 8 });
  const tokenizer = await loadTokenizer('gpt2');
  const count = (...texts: string[]) => texts.reduce((sum, text) => sum + tokenizer.count(text), 0);
  const opening = count(system.content);
  const lengths = [
    opening + count('one two'),
    opening + count('one two', 'three', words(30, 'four')),
    opening + count('five'),
    count(words(3, 'delta')),
    count(words(5, 'delta')),
  ];
  expect(entries.map(({ inputTokens }) => inputTokens)).toEqual(lengths);
  const [first, second, third, , last] = entries;
  const common = (a: readonly unknown[] = [], b: readonly unknown[] = []) =>
    a.findIndex((id, i) => id !== b[i]);
  expect(common(first!.hashIds, third!.hashIds)).toBe(Math.floor(opening / 8));
  expect(common(first!.hashIds, second!.hashIds)).toBe(Math.floor(lengths[0]! / 8));
  // Nobody knows what was answered before it: it has a count of what is new, and no ids.
  expect(last).toMatchObject({ session: '3', turn: 1, isCumulative: false });
  expect(last!.hashIds).toBeUndefined();
});

test('recorded answers become lengths, and what they say is gone', async () => {
  const say = (turn: number, role: string, content: string) => ({
    ...{ conversation_id: 'c', turn, role, content },
  });
  const input = writeLines(dir, 'answers.jsonl', [
    say(1, 'user', 'hello'),
    say(2, 'assistant', 'one two three'),
    say(3, 'user', 'and now'),
    say(4, 'assistant', 'four'),
  ]);
  await anonymise(input);
  const tokenizer = await loadTokenizer('gpt2');
  const entries = await readAll(formatNamed('mooncake', TRACE_FORMATS), output);
  expect(entries.map(({ outputTokens }) => outputTokens)).toEqual([
    tokenizer.count('one two three'),
    tokenizer.count('four'),
  ]);
  expect(readFileSync(output, 'utf8')).not.toMatch(/one|four|hello/);
});
