import { expect, test } from 'vitest';
import { isolated } from '../../src/run/isolation.ts';
import { Session } from '../../src/user/session.ts';
import type { Workload } from '../../src/workload/conversation.ts';
import { openWorkload } from '../../src/workload/load.ts';
import {
  keptDir,
  scenarioOf,
  scratchDir,
  shareGptItem,
  shortText,
  writeJson,
} from '../workload/scratch.ts';

const cacheDir = keptDir();
const textFile = shortText(scratchDir());

const LENGTHS = {
  systemPrompt: { tokens: 100 },
  userHistory: { tokens: 300 },
  question: { tokens: 20 },
  rounds: 4,
};

function open(conversation: object): Promise<Workload> {
  return openWorkload(scenarioOf({ textFile, ...conversation }), { cacheDir });
}

/** The first request of user 7, who is found after so many turns of which nothing was said. */
function firstTexts(workload: Workload, startTurn: number): string[] {
  const session = new Session(workload.conversation(7), startTurn);
  return session.messagesFor(session.turn(startTurn)!).map(({ text }) => text);
}

function question(workload: Workload, turn: number): string {
  return workload.conversation(7).turns[turn]!.message.text;
}

/** What stands before the first question, of which the others are known. */
function frame(workload: Workload, startTurn: number): [string, string] {
  const [system, first] = firstTexts(workload, startTurn);
  const asked = question(workload, startTurn);
  expect(first!.endsWith(asked)).toBe(true);
  return [system!, first!.slice(0, -asked.length)];
}

test('a user found in mid-conversation without a history says the shared part, its own, and the question of then', async () => {
  const workload = await open(LENGTHS);
  expect(frame(workload, 3)).toEqual(frame(workload, 2));
  const [system, before] = frame(workload, 2);
  expect(system).toBe(firstTexts(workload, 0)[0]);
  expect(firstTexts(workload, 0)[1]!.startsWith(before)).toBe(true);
  const session = new Session(workload.conversation(7), 2);
  expect(session.turn(2)!.messageTokens).toBe(300 + 20);
  expect(session.turn(3)!.message.text).toBe(question(workload, 3));
});

test('so does the hi text, with the number of the question that is due', async () => {
  const workload = await open({
    ...LENGTHS,
    text: 'hi',
    systemPrompt: { tokens: 2 },
    userHistory: { tokens: 1 },
    question: {},
  });
  expect(firstTexts(workload, 2)).toEqual([
    "Hi, here's some system prompt: hi hi.For user 7, here are some other context: hi.Here's question #3: can you tell me a new long story with a happy ending?",
  ]);
});

test('so does a recorded conversation', async () => {
  const file = writeJson(cacheDir, 'one.json', [
    shareGptItem('a', 'first', 'yes', 'second', 'no', 'third', 'no'),
  ]);
  const workload = await open({ ...LENGTHS, rounds: 3, source: 'sharegpt', sharegpt: { file } });
  const [system, first] = firstTexts(workload, 2);
  expect([system, first]).toEqual([
    firstTexts(workload, 0)[0],
    firstTexts(workload, 0)[1]!.replace(/first$/, 'third'),
  ]);
});

test('without a history of its own, the question carries the mark that keeps users apart', async () => {
  const workload = await open({ ...LENGTHS, userHistory: {} });
  const [, first] = firstTexts(workload, 2);
  const mark = firstTexts(workload, 0)[1]!.split(' ').slice(0, 2).join(' ');
  expect(first!.startsWith(mark)).toBe(true);
  expect(new Session(workload.conversation(7), 2).turn(2)!.messageTokens).toBe(20);
});

test('the mark of a resumed part stands before it, too', async () => {
  const scenario = scenarioOf({ textFile, ...LENGTHS, systemPrompt: {} });
  const workload = await openWorkload(scenario, { cacheDir });
  const marked = isolated({ scenario, workload }, { how: 'marker', mark: 'part 2' }).workload;
  expect(firstTexts(marked, 2)).toEqual([`[part 2]\n${firstTexts(workload, 2)[0]}`]);
  expect(firstTexts(marked, 0)).toEqual([`[part 2]\n${firstTexts(workload, 0)[0]}`]);
});
