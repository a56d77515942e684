import { expect, test } from 'vitest';
import { openWorkload } from '../../../src/workload/load.ts';
import { keptDir, scenarioOf } from '../scratch.ts';

const cacheDir = keptDir();
// A model that cannot be had: the `hi` text must not ask for it.
const tokenizer = './no/such/model';

test('the first message is that of multi-round-qa.py, and later ones are the question alone', async () => {
  const scenario = scenarioOf({
    text: 'hi',
    tokenizer,
    systemPrompt: { tokens: 3 },
    userHistory: { tokens: 2 },
    rounds: 2,
    answer: { tokens: 100 },
  });
  const { opening, turns, sharedTokens } = (
    await openWorkload(scenario, { cacheDir })
  ).conversation(7);
  expect(opening).toEqual([]);
  expect(sharedTokens).toBe(3);
  expect(turns.map(({ message }) => [message.role, message.text])).toEqual([
    [
      'user',
      "Hi, here's some system prompt: hi hi hi.For user 7, here are some other context: hi hi.Here's question #1: can you tell me a new long story with a happy ending?",
    ],
    ['user', "Here's question #2: can you tell me a new long story with a happy ending?"],
  ]);
  expect(turns[0]).toMatchObject({
    messageTokens: undefined,
    maxTokens: 100,
    minTokens: undefined,
  });
});

test('without words the frame remains, and the fork counts questions from 0', async () => {
  const scenario = scenarioOf({ text: 'hi', tokenizer, rounds: 1, question: { firstNumber: 0 } });
  const { turns } = (await openWorkload(scenario, { cacheDir })).conversation(1);
  expect(turns[0]!.message.text).toBe(
    "Hi, here's some system prompt: .For user 1, here are some other context: .Here's question #0: can you tell me a new long story with a happy ending?",
  );
});
