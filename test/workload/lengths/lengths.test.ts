import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../../src/scenario/load.ts';
import type { ScenarioInput } from '../../../src/scenario/schema.ts';
import { openWorkload } from '../../../src/workload/load.ts';
import { openTokenizer } from '../../../src/workload/tokenizer/tokenizer.ts';
import { locateTokenizer } from '../../../src/workload/tokenizer/tokenizer-files.ts';
import { keptDir, scratchDir } from '../scratch.ts';

const dir = scratchDir();
const cacheDir = keptDir();

const open = (conversation: ScenarioInput['conversation'], more: Partial<ScenarioInput> = {}) =>
  openWorkload(parseScenario({ ...more, conversation: { source: 'lengths', ...conversation } }), {
    cacheDir,
  });

function fileOf(name: string, text: string): string {
  const file = join(dir, name);
  writeFileSync(file, text);
  return file;
}

const TRACE = fileOf(
  't.csv',
  [
    'Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log Type',
    '7,s,1,GPT-4,40,5,45,Conversation log',
    '5,s,1,GPT-4,0,0,0,Conversation log',
    '9,,,GPT-4,13,8,21,API log',
  ].join('\n'),
);

describe('requests of which the lengths are known', () => {
  test('of a trace come one by one at its times, whatever session they were of', async () => {
    const workload = await open({ trace: { file: TRACE } });
    expect(workload.conversations).toBe(3);
    expect(workload.arrivalsMs).toEqual([5000, 7000, 9000]);
    const turns = [1, 2, 3].map((userId) => workload.conversation(userId).turns);
    expect(turns.map(({ length }) => length)).toEqual([1, 1, 1]);
    // Nothing cannot be sent, nor asked for.
    expect(turns.map(([turn]) => [turn!.messageTokens, turn!.maxTokens])).toEqual([
      [1, 1],
      [40, 5],
      [13, 8],
    ]);
  });

  test('are said in words of exactly so many tokens, which begin like no other', async () => {
    const workload = await open({ trace: { file: TRACE } });
    const texts = [1, 2, 3].map((userId) => workload.conversation(userId).turns[0]!.message.text);
    const tokenizer = await openTokenizer(await locateTokenizer('gpt2'));
    expect(await tokenizer.countAll(texts)).toEqual([1, 40, 13]);
    expect(new Set(texts.map((text) => text.split(' ')[0])).size).toBe(3);
  });

  test('are cut to the most, which is counted', async () => {
    const lengths = { maxInputTokens: 20, maxOutputTokens: 6 };
    const { conversation, notes } = await open({ trace: { file: TRACE }, lengths });
    expect(conversation(2).turns[0]).toMatchObject({ messageTokens: 20, maxTokens: 5 });
    expect(conversation(3).turns[0]).toMatchObject({ messageTokens: 13, maxTokens: 6 });
    expect(notes).toContain('clamped: 1 input of more than 20 tokens');
    expect(notes).toContain('clamped: 1 output of more than 6 tokens');
  });

  test('000-6 an answer without a token is one that failed, and that is told', async () => {
    const { notes } = await open({ trace: { file: TRACE } });
    expect(notes).toContain(
      '1 answer of 0 tokens in the trace, as of requests that failed: 1 token is asked for; conversation.trace.skipFailures leaves out what failed',
    );
    const skipped = await open({ trace: { file: TRACE, skipFailures: true } });
    expect(skipped.conversations).toBe(2);
    expect(skipped.notes.join()).not.toContain('of 0 tokens');
  });

  test('of which an answer’s is not known ask for no more than the most', async () => {
    const request = '{"prompt": null, "prompt_length": 7, "output_length": null}';
    const file = fileOf('u.jsonl', `{"timestamp": 0, "requests": [${request}]}\n`);
    const free = await open({ trace: { file } });
    expect(free.conversation(1).turns[0]).toMatchObject({
      messageTokens: 7,
      maxTokens: undefined,
      minTokens: undefined,
    });
    const most = await open({ trace: { file }, lengths: { maxOutputTokens: 9 } });
    expect(most.conversation(1).turns[0]).toMatchObject({ maxTokens: 9, minTokens: undefined });
  });

  test('drawn ones are each user’s own, and without a length of answers refused', async () => {
    const tokens = { distribution: 'zipf', alpha: 1.1, max: 1023 } as const;
    const { conversation } = await open({ question: { tokens }, answer: { tokens } });
    const [turn] = conversation(9).turns;
    expect(conversation(9).turns).toEqual([turn]);
    expect(turn!.messageTokens).toBeLessThan(1024);
    await expect(async () => open({ question: { tokens } })).rejects.toThrow(
      'conversation.answer.tokens: missing; needed with source: lengths without a trace',
    );
  });

  test('a prompt of the pool that was said before is shared whole', async () => {
    const pool = {
      0: { prompt: 'the first prompt', len_prompt: 40, output: '', len_output: 5 },
      1: { prompt: 'another', len_prompt: 2, output: '', len_output: 5 },
    };
    const file = fileOf('pool.json', JSON.stringify(pool));
    const workload = await open({ file, question: { tokens: 40 }, answer: { tokens: 5 } });
    const [second, first] = [workload.conversation(2), workload.conversation(1)];
    expect(first.turns[0]!.message.text).toBe('the first prompt');
    expect(first.sharedTokens).toBe(0);
    expect(second.sharedTokens).toBe(second.turns[0]!.messageTokens);
  });
});
