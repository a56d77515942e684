import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, test } from 'vitest';
import { readQueries } from '../../../src/workload/oracle/queries.ts';
import { scratchDir } from '../scratch.ts';

const dir = scratchDir();

function written(name: string, content: string | Uint8Array): string {
  const file = join(dir, name);
  writeFileSync(file, content);
  return file;
}

const arena = ['One?', 'Two?'].map((content, i) => ({
  question_id: `q${i}`,
  conversation_a: [
    { content, role: 'user' },
    { content: 'An answer', role: 'assistant' },
  ],
}));

function parquet(columns: Parameters<typeof parquetWriteBuffer>[0]['columnData']): Uint8Array {
  return new Uint8Array(parquetWriteBuffer({ columnData: columns }));
}

describe('queries', () => {
  test.each([
    ['chat-arena data', 'a.json', JSON.stringify(arena)],
    ['the same as lines', 'a.jsonl', arena.map((row) => JSON.stringify(row)).join('\n')],
    ['a list of texts', 'b.json', '["One?", "Two?"]'],
    [
      'objects with prompts',
      'c.jsonl',
      '{"prompt": "One?"}\n{"input": "Two?", "output_tokens": 3}',
    ],
    [
      'OpenAI messages',
      'd.json',
      JSON.stringify(
        ['One?', 'Two?'].map((content) => ({
          messages: [
            { role: 'system', content: 's' },
            { role: 'user', content },
          ],
        })),
      ),
    ],
    [
      'ShareGPT',
      'e.json',
      JSON.stringify(
        ['One?', 'Two?'].map((value) => ({ conversations: [{ from: 'human', value }] })),
      ),
    ],
    ['text, one a line', 'f.txt', 'One?\n\nTwo?\r\n'],
    [
      'Parquet with nested conversations',
      'g.parquet',
      parquet([{ name: 'conversation_a', data: arena.map((row) => row.conversation_a) }]),
    ],
    [
      'Parquet with texts, whatever it is called',
      'h.bin',
      parquet([
        { name: 'prompt', data: ['One?', 'Two?'] },
        { name: 'id', data: [1, 2] },
      ]),
    ],
  ])('of %s', async (_, name, content) => {
    expect(await readQueries(written(name, content))).toEqual(['One?', 'Two?']);
  });

  test.each([
    ['a.json', '["a", 5]', /a\.json: line 1, item 1: found 5; expected a query/],
    ['a.json', '[{"prompt": ""}]', /item 0: found ""; expected a query/],
    ['a.jsonl', '{"prompt": "a"}\n{"prompt', /item 1: found .*breaks off/],
    [
      'a.json',
      '[{"answer": "x"}]',
      /item 0: found {"answer":"x"}; expected a query: .*conversation_a/,
    ],
    ['a.txt', '\n \n', /no line with a query/],
    ['a.parquet', 'PAR1 and no more', /a\.parquet: cannot read this Parquet file/],
  ])('%s of %j is refused', async (name, content, message) => {
    await expect(readQueries(written(name, content))).rejects.toThrow(message);
  });

  test('Parquet without a column of queries is refused, with those that it has', async () => {
    const file = written('x.parquet', parquet([{ name: 'winner', data: ['a'] }]));
    await expect(readQueries(file)).rejects.toThrow(/found the columns winner; expected one of/);
  });
});
