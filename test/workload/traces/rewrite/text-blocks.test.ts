import { expect, test } from 'vitest';
import { Message } from '../../../../src/workload/message.ts';
import { loadTokenizer } from '../../../../src/workload/tokenizer/tokenizer.ts';
import type { TraceEntry } from '../../../../src/workload/traces/format.ts';
import { openCounting } from '../../../../src/workload/traces/rewrite/text-blocks.ts';

const BLOCK = 4;
const say = (role: 'system' | 'user' | 'assistant', text: string) => new Message(role, text);

test('turns that say what is new, with their answers, are counted as those that say it all', async () => {
  const tokenizer = await loadTokenizer('gpt2');
  const opening = [
    say('system', 'You are a careful engineer.'),
    say('user', 'Why is my cache cold?'),
  ] as const;
  const answer = say('assistant', 'Because nothing was stored in it before.');
  const next = say('user', 'And now?');
  const turns: TraceEntry[] = [
    { session: 'new', turn: 0, messages: opening, answer },
    { session: 'new', turn: 1, messages: [next], answer },
  ];
  const whole: TraceEntry[] = [
    { session: 'all', turn: 0, messages: opening, isCumulative: true },
    {
      session: 'all',
      turn: 1,
      messages: [...opening, say('assistant', answer.text), next],
      isCumulative: true,
    },
  ];
  const { counted } = await openCounting('gpt2', BLOCK);
  const [first, second] = turns.map(counted);
  const count = (...messages: readonly Message[]) =>
    messages.reduce((sum, { text }) => sum + tokenizer.count(text), 0);
  expect(first).toMatchObject({
    isCumulative: true,
    inputTokens: count(...opening),
    outputTokens: count(answer),
  });
  expect(second).toMatchObject({
    isCumulative: true,
    inputTokens: count(...opening, answer, next),
  });
  expect(second!.hashIds).toHaveLength(Math.ceil(second!.inputTokens! / BLOCK));
  const kept = Math.floor(first!.inputTokens! / BLOCK);
  expect(second!.hashIds!.slice(0, kept)).toEqual(first!.hashIds!.slice(0, kept));
  const again = whole.map(counted);
  expect(again.map(({ hashIds }) => hashIds)).toEqual([first!.hashIds, second!.hashIds]);
  expect(again.every(({ messages, outputTokens }) => !messages && outputTokens === undefined)).toBe(
    true,
  );
});

test('a history that was changed is another from where it was', async () => {
  const { counted } = await openCounting('gpt2', BLOCK);
  const turn = (turn: number, ...texts: string[]) =>
    counted({
      session: 's',
      turn,
      messages: texts.map((text) => say('user', text)) as [Message, ...Message[]],
      isCumulative: true,
    }).hashIds!;
  const first = turn(0, 'one two three four', 'five six seven eight');
  expect(turn(1, 'one two three four', 'nine ten eleven twelve')).toEqual([
    first[0],
    expect.any(Number),
  ]);
  expect(
    turn(2, 'nought two three four', 'five six seven eight').filter((id) => first.includes(id)),
  ).toEqual([]);
  expect(turn(3, 'one two three four', 'five six seven eight')).toEqual(first);
  // The same words of somebody else are other tokens to a server.
  const other = counted({ messages: [say('system', 'one two three four')] });
  expect(first).not.toContain(other.hashIds![0]);
});
