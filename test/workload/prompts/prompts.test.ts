import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../../src/scenario/load.ts';
import { openWorkload } from '../../../src/workload/load.ts';
import { readPrompts } from '../../../src/workload/prompts/read-prompts.ts';
import { commonBeginnings } from '../../../src/workload/text/common-beginning.ts';
import { openTokenizer } from '../../../src/workload/tokenizer/tokenizer.ts';
import { locateTokenizer } from '../../../src/workload/tokenizer/tokenizer-files.ts';
import { keptDir, scratchDir } from '../scratch.ts';

const dir = scratchDir();
const cacheDir = keptDir();

function written(text: string): string {
  const file = join(dir, 'prompts.json');
  writeFileSync(file, text);
  return file;
}

const ITEMS = [{ prompt: 'Hello there', output_length: 9 }, { input: 'And you?' }, 'plain'];
const READ = [
  { text: 'Hello there', outputTokens: 9, lengths: { output_length: 9 } },
  { text: 'And you?', outputTokens: undefined },
  { text: 'plain', outputTokens: undefined },
];

test.each([
  ['a list', JSON.stringify(ITEMS, undefined, 2)],
  ['lines', ITEMS.map((item) => JSON.stringify(item)).join('\n')],
])('reads texts and objects from %s', async (_, text) => {
  expect(await readPrompts(written(text))).toEqual(READ);
});

test.each([
  ['"a"\n{"prompt":', /breaks off|item 1: found {"prompt":; expected JSON/],
  ['["a", 5]', /item 1: found 5; expected a text, or an object/],
  ['[{"text": "a"}]', /item 0: prompt or input: missing; expected a text/],
  ['[{"prompt": ""}]', /item 0: prompt or input: found ""/],
  ['[{"prompt": "a", "output_length": 0}]', /item 0: output_length: found 0; expected tokens >= 1/],
])('refuses %s', async (text, message) => {
  const file = written(text);
  await expect(readPrompts(file)).rejects.toThrow(message);
  await expect(readPrompts(file)).rejects.toThrow(file);
});

describe('a list as a workload', () => {
  const open = (conversation: object) =>
    openWorkload(
      parseScenario({
        conversation: { source: 'prompts', file: written(JSON.stringify(ITEMS)), ...conversation },
      }),
      { cacheDir },
    );

  test('another pass sends what the one before it had sent, as a whole', async () => {
    const workload = await open({});
    const [first, again] = [workload.conversation(2), workload.conversation(5)];
    expect(first).toMatchObject({ sharedTokens: 0 });
    expect(first.sharedWith).toBeUndefined();
    expect(again).toMatchObject({ sharedWith: 2, sharedTokens: again.turns[0]!.messageTokens });
  });

  test('user i says prompt i once, with its prefix and its length, counted', async () => {
    const { count } = await openTokenizer(await locateTokenizer('gpt2'));
    const workload = await open({ promptPrefix: '0.5 ' });
    expect(workload.conversations).toBe(3);
    const turns = [1, 2, 3].map((userId) => workload.conversation(userId).turns[0]!);
    expect(turns.map(({ message }) => message.text)).toEqual(READ.map(({ text }) => `0.5 ${text}`));
    expect(turns.map(({ maxTokens }) => maxTokens)).toEqual([9, undefined, undefined]);
    expect(turns.map(({ messageTokens }) => messageTokens)).toEqual(
      READ.map(({ text }) => count(`0.5 ${text}`)),
    );
    expect((await open({ promptPrefix: '1 ' })).digest).not.toBe(workload.digest);
  });

  test('needs a file', () => {
    expect(() => parseScenario({ conversation: { source: 'prompts' } })).toThrow(
      /conversation\.file: .*missing; needed with source: prompts/,
    );
  });
});

describe('the beginning that an earlier text has too', () => {
  test('ends where a word ends', () => {
    expect(commonBeginnings(['one two', 'one twofold', 'one two three', 'on'])).toEqual([
      { text: '' },
      { text: 'one', place: 0 },
      { text: 'one two', place: 0 },
      { text: '' },
    ]);
  });

  test('is the longest of all earlier ones', () => {
    const text = fc.array(fc.constantFrom('a ', 'b '), { maxLength: 8 }).map((w) => w.join(''));
    const check = (texts: string[]) => {
      for (const [i, { text: found, place }] of commonBeginnings(texts).entries()) {
        if (place !== undefined) expect(texts[place]!.startsWith(found) && place < i).toBe(true);
        const shared = texts.slice(0, i).map((other) => {
          let length = 0;
          while (length < other.length && other[length] === texts[i]![length]) length++;
          return length - (length % 2);
        });
        // Words of one letter: a beginning may leave out the last space, which says nothing.
        expect(found.trimEnd().length).toBe(Math.max(0, ...shared.map((n) => n - 1)));
      }
    };
    fc.assert(fc.property(fc.array(text, { maxLength: 12 }), check));
  });
});
