import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { prepareCommand } from '../../../src/commands/prepare.ts';
import { openWorkload } from '../../../src/workload/load.ts';
import { prepareShareGpt } from '../../../src/workload/sharegpt/prepare.ts';
import * as tokenizers from '../../../src/workload/tokenizer/tokenizer.ts';
import { keptDir, scenarioOf, scratchDir, shareGptItem, writeJson } from '../scratch.ts';
import { toyTokenizer } from '../toy-tokenizer.ts';

const dir = scratchDir();
const outputDir = scratchDir();
const cacheDir = keptDir();
const output = join(outputDir, 'prepared.json');
const tokenizer = toyTokenizer(dir, ['one', 'two', 'three']);

const input = writeJson(dir, 'input.json', [
  shareGptItem('two', 'one two', 'one two three', 'one', ''),
  {
    id: 'twice',
    conversations: [
      shareGptItem('', 'q').conversations[0],
      ...shareGptItem('', 'q', 'a').conversations,
    ],
  },
  {
    id: 'late',
    conversations: [
      { from: 'gpt', value: 'Hi!' },
      ...shareGptItem('', 'one two three', 'one').conversations,
    ],
  },
  {
    id: 'system',
    messages: [
      { role: 'system', content: 'one two' },
      { role: 'user', content: 'one' },
      { role: 'assistant', content: 'one' },
    ],
  },
]);

function read(): unknown {
  return JSON.parse(readFileSync(output, 'utf8'));
}

describe('preparing', () => {
  test('writes what multi-round-qa reads, and tells what it left out', async () => {
    const prepared = await prepareShareGpt({ input, output, tokenizer });
    expect(read()).toEqual([
      {
        id: 'two',
        conversations: [
          { from: 'human', value: 'one two', num_tokens: 2 },
          { from: 'gpt', value: 'one two three', num_tokens: 3 },
          { from: 'human', value: 'one', num_tokens: 1 },
          { from: 'gpt', value: '', num_tokens: 1 },
        ],
        num_round: 4,
        average_human_token: 1.5,
        max_human_token: 2,
        average_gpt_token: 2,
        max_gpt_token: 3,
      },
      expect.objectContaining({ id: 'late', num_round: 2, max_human_token: 3 }),
      expect.objectContaining({ id: 'system', num_round: 3, average_human_token: 1 }),
    ]);
    expect(prepared).toMatchObject({
      itemsRead: 4,
      itemsKept: 3,
      messages: 9,
      tokens: 7 + 4 + 4,
      leadingAnswers: 1,
      dropped: [
        {
          reason: 'roles do not alternate',
          count: 1,
          first: 'line 1, item 1, id twice, message 1',
        },
      ],
    });
    expect(readdirSync(outputDir)).toEqual(['prepared.json']);
  });

  test('of a share takes that much from the beginning', async () => {
    await prepareShareGpt({ input, output, tokenizer, proportion: 0.5 });
    expect(read()).toEqual([expect.objectContaining({ id: 'two' })]);
  });

  test('leaves out conversations of fewer rounds', async () => {
    const prepared = await prepareShareGpt({ input, output, tokenizer, minRounds: 2 });
    expect(read()).toEqual([expect.objectContaining({ id: 'two' })]);
    expect(prepared.dropped.map(({ reason, count }) => [reason, count])).toEqual([
      ['roles do not alternate', 1],
      ['fewer than 2 rounds', 2],
    ]);
  });

  test('counts once: a run with the result loads no vocabulary', async () => {
    await prepareShareGpt({ input, output, tokenizer });
    const loading = vi.spyOn(tokenizers, 'openTokenizer');
    const scenario = scenarioOf({ source: 'sharegpt', rounds: 1, sharegpt: { file: output } });
    const workload = await openWorkload(scenario, { cacheDir });
    expect(loading).not.toHaveBeenCalled();
    expect(workload.notes[0]).toMatch(/3 of the first 3 .* tokens counted by the file itself/);
    expect(workload.conversation(0).turns[0]).toMatchObject({ messageTokens: 2, maxTokens: 3 });
    expect(workload.conversation(2).opening[0]!.text).toBe('one two');
  });

  test('replaces its input only when forced', async () => {
    const file = writeJson(dir, 'same.json', [shareGptItem('a', 'q', 'a')]);
    const before = readFileSync(file, 'utf8');
    const same = { input: file, output: join(dir, '.', 'same.json'), tokenizer };
    await expect(prepareShareGpt(same)).rejects.toThrow(/is the input itself.*--force/);
    expect(readFileSync(file, 'utf8')).toBe(before);
    await prepareShareGpt({ ...same, force: true });
    expect(JSON.parse(readFileSync(file, 'utf8'))[0].num_round).toBe(2);
  });

  test('that keeps nothing, or cannot write, leaves nothing behind', async () => {
    const none = join(outputDir, 'none.json');
    const options = { input, output: none, tokenizer };
    await expect(prepareShareGpt({ ...options, minRounds: 9 })).rejects.toThrow(
      /none of 4 conversations can be used/,
    );
    expect(existsSync(none)).toBe(false);
    expect(readdirSync(outputDir)).toEqual(['prepared.json']);
    await expect(
      prepareShareGpt({ ...options, output: join(input, 'folder', 'x.json') }),
    ).rejects.toThrow(/cannot write .*x.json/);
  });
});

describe('the command', () => {
  test('prints what it kept and left out', async () => {
    const log = vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
    await prepareCommand().parseAsync(
      [
        'sharegpt',
        input,
        output,
        '--tokenizer',
        tokenizer,
        '--min-rounds',
        '1',
        '--proportion',
        '1',
      ],
      { from: 'user' },
    );
    expect(String(log.mock.calls[0]![0]).trimEnd()).toBe(
      [
        `${output}: 3 of 4 conversations, 9 messages, 15 tokens`,
        '  1 began with an answer, which was left out',
        '  1 left out: roles do not alternate (first: line 1, item 1, id twice, message 1)',
      ].join('\n'),
    );
  });

  test.each([
    ['--proportion', '0', /--proportion: found '0'; expected a number > 0 and <= 1/],
    ['--proportion', '1.5', /--proportion/],
    ['--min-rounds', 'x', /--min-rounds: found 'x'; expected a whole number >= 1/],
  ])('refuses %s %s', async (flag, value, message) => {
    const parsing = prepareCommand().parseAsync(['sharegpt', input, output, flag, value], {
      from: 'user',
    });
    await expect(parsing).rejects.toThrow(message);
  });
});
