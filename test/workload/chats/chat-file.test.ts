import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openWorkload } from '../../../src/workload/load.ts';
import { convertShareGpt } from '../../../src/workload/sharegpt/convert.ts';
import { prepareShareGpt } from '../../../src/workload/sharegpt/prepare.ts';
import { scenarioOf, scratchDir } from '../scratch.ts';
import { toyTokenizer } from '../toy-tokenizer.ts';

const dir = scratchDir();
const cacheDir = scratchDir();
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
      /text\.json: it begins with "H"; expected a JSON array of conversations/,
    ],
    ['broken.json', '[{"id": 1}, {"id"', /broken\.json: the JSON array breaks off after 1 values/],
    [
      'role.json',
      '{"id": "x", "messages": [{"role": "alien", "content": "hi"}]}',
      /role\.json: (.*\n)*.*id x[:,] messages\[0\]\.role: found "alien"; expected system, user/,
    ],
  ])('refuses %s in the same words', async (file, text, says) => {
    const path = join(dir, file);
    if (text !== undefined) writeFileSync(path, text);
    await expect(read(path)).rejects.toThrow(says);
  });
});
