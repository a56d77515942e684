import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { convertShareGpt } from '../../../src/workload/sharegpt/convert.ts';
import { scratchDir, shareGptItem, writeJson } from '../scratch.ts';

const dir = scratchDir();

type Options = Omit<
  Parameters<typeof convertShareGpt>[0],
  'input' | 'output' | 'seed' | 'mergeParts'
>;

async function convert(
  items: unknown[],
  options: Options & { seed?: number; mergeParts?: boolean } = {},
) {
  const input = writeJson(dir, 'input.json', items);
  const output = join(dir, 'output.json');
  const converted = await convertShareGpt({ input, output, seed: 0, mergeParts: true, ...options });
  const written: { id: string; messages: { role: string; content: string }[] }[] = JSON.parse(
    readFileSync(output, 'utf8'),
  );
  written.sort((a, b) => (a.id < b.id ? -1 : 1));
  const texts = Object.fromEntries(
    written.map(({ id, messages }) => [id, messages.map(({ content }) => content).join(' ')]),
  );
  return { ...converted, written, texts };
}

describe('parts of a conversation', () => {
  test('follow one another by number, wherever they are in the file', async () => {
    const { texts, conversations } = await convert([
      shareGptItem('x_10', 'i', 'j'),
      shareGptItem('y', 'only', 'one'),
      shareGptItem('x_2', 'c', 'd'),
      shareGptItem('x_0', 'a', 'b'),
    ]);
    expect(texts).toEqual({ x: 'a b c d i j', y: 'only one' });
    expect(conversations).toBe(2);
  });

  test('a speaker who is repeated where two parts meet is heard once', async () => {
    const second = {
      id: 'x_1',
      conversations: [
        { from: 'gpt', value: 'b again' },
        ...shareGptItem('', 'c', 'd').conversations,
      ],
    };
    const { texts } = await convert([second, shareGptItem('x_0', 'a', 'b')]);
    expect(texts).toEqual({ x: 'a b c d' });
  });

  test.each([['a_b_c'], ['plain'], ['x_'], ['_1'], ['é 7'], ['3']])(
    'id %j is of any form',
    async (id) => {
      const { written } = await convert([shareGptItem(id, 'q', 'a')]);
      expect(written[0]!.messages).toHaveLength(2);
      expect(written[0]!.id).toBe(id);
    },
  );

  test('stay apart if asked; an id used twice is left out', async () => {
    const items = [
      shareGptItem('x_0', 'a', 'b'),
      shareGptItem('x_1', 'c', 'd'),
      shareGptItem('x_1', 'e', 'f'),
    ];
    const { written, dropped } = await convert(items, { mergeParts: false });
    expect(written.map(({ id }) => id)).toEqual(['x_0']);
    expect(dropped).toEqual([{ reason: 'an id used twice', count: 1, first: 'id x_1, part 0' }]);
  });
});

describe('what is kept', () => {
  const said = (...pairs: [string, string][]) => ({
    id: 'x',
    conversations: pairs.map(([from, value]) => ({ from, value })),
  });

  test('roles of every name become user and assistant', async () => {
    const { written } = await convert([
      said(
        ['user', 'a'],
        ['bing', 'b'],
        ['human', 'c'],
        ['bard', 'd'],
        ['human', 'e'],
        ['chatgpt', 'f'],
      ),
    ]);
    expect(written[0]!.messages.map(({ role }) => role)).toEqual(
      Array(3).fill(['user', 'assistant']).flat(),
    );
  });

  test.each<[string, [string, string][], Options, string | undefined]>([
    [
      'a leading answer is dropped',
      [
        ['gpt', 'hi'],
        ['human', 'a'],
        ['gpt', 'b'],
      ],
      {},
      'a b',
    ],
    [
      'a leading system message too',
      [
        ['system', 's'],
        ['human', 'a'],
        ['gpt', 'b'],
      ],
      {},
      'a b',
    ],
    [
      'an unanswered question is dropped',
      [
        ['human', 'a'],
        ['gpt', 'b'],
        ['human', 'c'],
      ],
      {},
      'a b',
    ],
    [
      'or kept',
      [
        ['human', 'a'],
        ['gpt', 'b'],
        ['human', 'c'],
      ],
      { keepLastQuestion: true },
      'a b c',
    ],
    [
      'an odd limit is the even one below',
      [
        ['human', 'a'],
        ['gpt', 'b'],
        ['human', 'c'],
        ['gpt', 'd'],
      ],
      { maxTurns: 3 },
      'a b',
    ],
    [
      'what is cut need not alternate',
      [
        ['human', 'a'],
        ['gpt', 'b'],
        ['gpt', 'c'],
      ],
      { maxTurns: 2 },
      'a b',
    ],
    [
      'roles that do not alternate',
      [
        ['human', 'a'],
        ['human', 'b'],
        ['gpt', 'c'],
        ['gpt', 'd'],
      ],
      {},
      undefined,
    ],
    [
      'too few messages',
      [
        ['human', 'a'],
        ['gpt', 'b'],
      ],
      { minTurns: 4 },
      undefined,
    ],
    [
      'a message that is too short',
      [
        ['human', 'aa'],
        ['gpt', 'b'],
      ],
      { minContentLen: 2 },
      undefined,
    ],
    [
      'a message that is too long',
      [
        ['human', 'aa'],
        ['gpt', 'b'],
      ],
      { maxContentLen: 1 },
      undefined,
    ],
    [
      'characters are code points',
      [
        ['human', '😀😀'],
        ['gpt', 'b'],
      ],
      { maxContentLen: 2 },
      '😀😀 b',
    ],
    [
      'ASCII only, and it is',
      [
        ['human', 'a'],
        ['gpt', 'b'],
      ],
      { asciiOnly: true },
      'a b',
    ],
    [
      'ASCII only, and it is not',
      [
        ['human', 'a'],
        ['gpt', 'é'],
      ],
      { asciiOnly: true },
      undefined,
    ],
    [
      'no ASCII message, and there is none',
      [
        ['human', 'à'],
        ['gpt', 'é'],
      ],
      { nonAsciiOnly: true },
      'à é',
    ],
    [
      'no ASCII message, and there is one',
      [
        ['human', 'a'],
        ['gpt', 'é'],
      ],
      { nonAsciiOnly: true },
      undefined,
    ],
    [
      'an unknown role',
      [
        ['human', 'a'],
        ['alien', 'b'],
      ],
      {},
      undefined,
    ],
  ])('%s', async (_, pairs, options, text) => {
    const other = {
      id: 'other',
      conversations: shareGptItem('', ...Array(8).fill('éé')).conversations,
    };
    const items =
      options.asciiOnly || options.maxContentLen === 1
        ? [said(...pairs), shareGptItem('other', 'o', 'o')]
        : [said(...pairs), other];
    expect((await convert(items, options)).texts['x']).toBe(text);
  });
});

describe('sampling', () => {
  const items = Array.from({ length: 40 }, (_, i) => shareGptItem(`c${i}`, `q${i}`, `a${i}`));
  const order = async (seed: number, maxItems?: number) => {
    await convert(items, { seed, maxItems });
    return readFileSync(join(dir, 'output.json'), 'utf8');
  };

  test('the same seed writes the same file, another seed another', async () => {
    expect(await order(3, 10)).toBe(await order(3, 10));
    expect(await order(3, 10)).not.toBe(await order(4, 10));
    expect(JSON.parse(await order(3, 10))).toHaveLength(10);
  });

  test('all are written once without a limit', async () => {
    const ids = JSON.parse(await order(1)).map(({ id }: { id: string }) => id);
    expect(new Set(ids).size).toBe(40);
  });
});

describe('001-7 a conversation with tools', () => {
  const say = (role: string, content: string | null, more: object = {}) => ({
    role,
    content,
    ...more,
  });
  const calls = { tool_calls: [{ id: 'c', type: 'function', function: { name: 'f' } }] };
  const messages = [
    say('user', 'q'),
    say('assistant', null, calls),
    say('tool', 'found', { tool_call_id: 'c' }),
    say('assistant', 'let me look again', calls),
    say('tool', 'found', { tool_call_id: 'c' }),
    say('assistant', 'a'),
    say('user', 'last'),
    say('assistant', null, calls),
  ];
  const lines = async (to: 'aibrix' | 'openai') => {
    const input = writeJson(dir, 'tools.json', [
      { id: 'x', messages, tools: '[{"name": "f"}]' },
      shareGptItem('y', 'b', 'c'),
    ]);
    const output = join(dir, 'tools.out');
    const { notes, dropped } = await convertShareGpt({
      ...{ input, output, seed: 0, mergeParts: true, from: 'auto', to },
    });
    return { notes, dropped, text: readFileSync(output, 'utf8') };
  };

  test('001-7 is what its user sees, in forms without a place for tools', async () => {
    const { notes, text } = await lines('aibrix');
    expect(
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { session_id: 'x', prompts: ['q', 'last'], completions: ['a'] },
      { session_id: 'y', prompts: ['b'], completions: ['c'] },
    ]);
    expect(notes).toEqual([
      '1 written without tools, what they were asked and what they found (first: id x)',
    ]);
  });

  test('001-7 is left out by name of the form that would have one', async () => {
    expect((await lines('openai')).dropped).toMatchObject([{ reason: 'tools', count: 1 }]);
  });
});

test('statistics are of what was written', async () => {
  const { shape } = await convert([shareGptItem('a', 'one two', 'three', 'é', 'four five six')]);
  expect(shape).toEqual({
    user_turns: [2],
    assistant_turns: [2],
    words: [2, 1, 1, 3],
    conv_turns: [4],
    conv_words: [7],
    conv_characters: [7 + 5 + 1 + 13],
    tokens: [],
  });
});

test('that nothing fits is told, and leaves no file', async () => {
  const input = writeJson(dir, 'bad.json', [shareGptItem('a', 'q')]);
  const output = join(scratchDir(), 'none.json');
  await expect(convertShareGpt({ input, output, seed: 0, mergeParts: true })).rejects.toThrow(
    /none of 1 conversations can be used/,
  );
  expect(existsSync(output)).toBe(false);
  expect(readdirSync(join(output, '..'))).toEqual([]);
});
