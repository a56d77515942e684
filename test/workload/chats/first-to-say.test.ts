import { expect, test } from 'vitest';
import { FirstToSay } from '../../../src/workload/chats/first-to-say.ts';
import { type Chat, parseChat } from '../../../src/workload/chats/item.ts';

const chat = (...contents: string[]) =>
  parseChat(
    {
      messages: contents.map((content, i) => ({ role: i % 2 ? 'assistant' : 'user', content })),
    },
    0,
  ) as Chat;

test('a branch says what the first one says, as far as both go together, answers included', () => {
  const first = new FirstToSay();
  expect(first.add(chat('a', 'b', 'c', 'd', 'e', 'f'))).toEqual([]);
  expect(first.add(chat('a', 'b', 'c', 'd', 'x', 'f'))).toEqual([0, 0]);
  expect(first.add(chat('a', 'y', 'c', 'd'))).toEqual([0]);
  // The third's own second turn is its own; what the second began, the fourth goes on with.
  expect(first.add(chat('a', 'b', 'c', 'd', 'x', 'f', 'g', 'h'))).toEqual([0, 0, 1]);
  expect(first.add(chat('z', 'b', 'c', 'd'))).toEqual([]);
});

test('other tools are another beginning', () => {
  const first = new FirstToSay();
  const tools = (name: string) => ({ ...chat('a', 'b'), request: { tools: [{ name }] } });
  expect(first.add(tools('x'))).toEqual([]);
  expect(first.add(tools('y'))).toEqual([]);
  expect(first.add(tools('x'))).toEqual([0]);
});
