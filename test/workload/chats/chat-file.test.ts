import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openWorkload } from '../../../src/workload/load.ts';
import { convertShareGpt } from '../../../src/workload/sharegpt/convert.ts';
import { prepareShareGpt } from '../../../src/workload/sharegpt/prepare.ts';
import { keptDir, scenarioOf, scratchDir } from '../scratch.ts';
import { toyTokenizer } from '../toy-tokenizer.ts';

const dir = scratchDir();
const cacheDir = keptDir();
const tokenizer = toyTokenizer(dir, ['one', 'two', 'three']);

const TEXTS = [
  ['one', 'two', 'three', 'one two'],
  ['two', 'three', 'one two three', 'one'],
];
const FORMS = {
  ShareGPT: TEXTS.map((texts, i) => ({
    id: `c${i}`,
    conversations: texts.map((value, at) => ({ from: at % 2 ? 'gpt' : 'human', value })),
  })),
  OpenAI: TEXTS.map((texts, i) => ({
    id: `c${i}`,
    messages: texts.map((content, at) => ({ role: at % 2 ? 'assistant' : 'user', content })),
  })),
};
const LAYOUTS = {
  'JSON array': (items: readonly object[]) => JSON.stringify(items, undefined, 2),
  'JSON lines': (items: readonly object[]) => items.map((item) => JSON.stringify(item)).join('\n'),
};

const FILES = Object.entries(FORMS).flatMap(([form, items]) =>
  Object.entries(LAYOUTS).map(([layout, lay]): [string, string] => {
    const file = join(dir, `${form} ${layout}`);
    writeFileSync(file, lay(items));
    return [`${form}, ${layout}`, file];
  }),
);

async function questions(conversation: object): Promise<string[][]> {
  const scenario = scenarioOf({ tokenizer, rounds: 2, ...conversation }, {});
  const workload = await openWorkload(scenario, { cacheDir });
  return [1, 2].map((userId) =>
    workload
      .conversation(userId)
      .turns.flatMap(({ message, recordedAnswer }) => [message.text, recordedAnswer!.text]),
  );
}

/** Every reader of conversations: what it reads, as texts, ordered by id. */
const READERS: Record<string, (file: string) => Promise<string[][]>> = {
  'source: file': (file) => questions({ source: 'file', file }),
  'source: sharegpt': async (file) => {
    // Its users begin with item 1.
    const [second, first] = await questions({ source: 'sharegpt', sharegpt: { file } });
    return [first!, second!];
  },
  prepare: async (input) => {
    const output = join(dir, 'prepared.json');
    await prepareShareGpt({ input, output, tokenizer });
    const items: { conversations: { value: string }[] }[] = JSON.parse(
      readFileSync(output, 'utf8'),
    );
    return items.map(({ conversations }) => conversations.map(({ value }) => value));
  },
  convert: async (input) => {
    const output = join(dir, 'converted.json');
    await convertShareGpt({ input, output, seed: 0, mergeParts: true });
    const items: { id: string; messages: { content: string }[] }[] = JSON.parse(
      readFileSync(output, 'utf8'),
    );
    return items
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map(({ messages }) => messages.map(({ content }) => content));
  },
};

describe.each(Object.keys(READERS))('%s', (name) => {
  const read = READERS[name]!;

  test.each(FILES)('reads %s', async (_, file) => {
    expect(await read(file)).toEqual(TEXTS);
  });

  test.each([
    ['nowhere.json', undefined, /cannot read .*nowhere\.json/],
    [
      'empty.json',
      '\n',
      /empty\.json: (it is empty|found no JSON value); expected .*conversations/,
    ],
    [
      'text.json',
      'Hello',
      /text\.json: it begins with "Hello"; expected a JSON array of conversations/,
    ],
    [
      'broken.json',
      '[{"id": 1}, {"id"',
      /broken\.json: line 1: the JSON array breaks off after 1 values/,
    ],
    [
      'role.json',
      '{"id": "x", "messages": [{"role": "alien", "content": "hi"}]}',
      /role\.json: (.*\n)*.*id x[:,] messages\[0\]\.role: found "alien"; expected system, developer, user/,
    ],
  ])('refuses %s in the same words', async (file, text, says) => {
    const path = join(dir, file);
    if (text !== undefined) writeFileSync(path, text);
    await expect(read(path)).rejects.toThrow(says);
  });
});

test('ids of 64 bits stay what they are', async () => {
  const ids = ['9007199254740992', '9007199254740993', '18446744073709551615'];
  const file = join(dir, 'ids.jsonl');
  const messages = '[{"role": "user", "content": "one"}, {"role": "assistant", "content": "two"}]';
  writeFileSync(file, ids.map((id) => `{"id": ${id}, "messages": ${messages}}`).join('\n'));
  const scenario = scenarioOf({ tokenizer, source: 'file', file });
  const { conversation } = await openWorkload(scenario, { cacheDir });
  expect([1, 2, 3].map((userId) => conversation(userId).id)).toEqual(ids);
});

test("what goes with a conversation is in its requests; the data set's own notes are not, and are named", async () => {
  const file = join(dir, 'fields.json');
  const tools = [{ type: 'function', function: { name: 'f' } }];
  const [first, second] = FORMS.OpenAI;
  writeFileSync(
    file,
    JSON.stringify([
      { ...first, tools, source: 'web' },
      {
        ...second,
        messages: second!.messages.map((message) => ({ ...message, score: 1 })),
        source: 'book',
      },
    ]),
  );
  const scenario = scenarioOf({ tokenizer, source: 'file', file });
  const { conversation, notes } = await openWorkload(scenario, { cacheDir });
  expect([1, 2].map((userId) => conversation(userId).request)).toEqual([{ tools }, undefined]);
  expect(conversation(2).turns[0]!.message.json.toString()).toBe('{"role":"user","content":"two"}');
  expect(notes).toContain('not sent, as no engine knows it: source, messages[].score (of 1)');
});

test.each([
  ['source: file', '{"timestamp": 0, "input_length": 5, "hash_ids": [1]}', 'a trace of requests'],
  ['source: sharegpt', '[{"prompt": "one"}]', 'prompts: conversation.source: prompts reads them'],
  ['prepare', '{"format": "confab-journal"}', 'a journal of confab: confab report reads'],
  ['convert', '{"round_id": 0, "agent_id": [0]}', 'a trace of agents: confab agentic reads it'],
])('%s says who reads %s', async (name, text, says) => {
  const file = join(dir, 'other.json');
  writeFileSync(file, `\n${text}`);
  await expect(READERS[name]!(file)).rejects.toThrow(
    `${file}: line 2: found no conversation; it looks like ${says}`,
  );
});

test('many problems are counted by their reasons', async () => {
  const file = join(dir, 'bad.jsonl');
  const item = (role: string) => JSON.stringify({ messages: [{ role, content: 'one' }] });
  writeFileSync(file, [...Array(9).fill(item('observation')), ...Array(4).fill('7')].join('\n'));
  await expect(questions({ source: 'file', file })).rejects.toThrow(
    'and 3 more; of 13 conversations: role "observation" 9, malformed 4',
  );
});
