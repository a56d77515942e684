import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { conversationCollector } from '../../../src/dialects/multi-turn/conversations.ts';
import type { TurnRecord } from '../../../src/record/record.ts';
import { answerMismatch } from '../../../src/user/answer-mismatch.ts';
import type { Said } from '../../../src/user/world.ts';
import { Message } from '../../../src/workload/message.ts';
import { turnRecord } from '../../record/sample.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'confab-conversations-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const HELLO = new Message('user', 'Hello?');
const HI = new Message('assistant', 'Hi — “you”\n');
const MORE = new Message('user', 'More?');

function turn(userId: number, index: number, changes: Partial<TurnRecord> = {}): TurnRecord {
  return turnRecord({ userId, turn: index, turns: 2, ...changes });
}

function said(messages: readonly Message[], answer: string, content?: string): () => Said {
  return () => ({ messages, answer, ...(content !== undefined && { content }) });
}

test('M-53 finished conversations have the answers; unfinished ones are there, marked', () => {
  const collector = conversationCollector((userId) => `CONV_ID_${userId}`);
  collector.add(turn(1, 0), said([HELLO], HI.text));
  collector.add(turn(2, 0), said([HELLO], HI.text));
  collector.add(turn(3, 0, { status: 'timeout' }), said([HELLO], 'half an ans'));
  collector.add(turn(3, 1, { status: 'unsent' }), undefined);
  collector.add(turn(4, 0, { status: 'unsent' }), undefined);
  collector.add(turn(2, 1), said([HELLO, HI, MORE], 'Enough.'));
  const path = join(dir, 'out.json');
  collector.write(path);
  const text = readFileSync(path, 'utf8');
  const [hello, hi, more] = [HELLO, HI, MORE].map(({ role, text: content }) => ({ role, content }));
  const expected = [
    { id: 'CONV_ID_2', messages: [hello, hi, more, { role: 'assistant', content: 'Enough.' }] },
    { id: 'CONV_ID_1', messages: [hello, hi], unfinished: true },
    { id: 'CONV_ID_3', messages: [hello], unfinished: true },
  ];
  expect(JSON.parse(text)).toEqual(expected);
  expect(text).toBe(JSON.stringify(expected, null, 4));
});

test('M-53 a conversation that ended in the order of others is written in that order', () => {
  const collector = conversationCollector();
  for (const userId of [3, 1, 2]) collector.add(turn(userId, 1), said([HELLO], 'x'));
  expect(collector.conversations().map(({ id }) => id)).toEqual(['3', '1', '2']);
});

test('M-53 the answer is written without its reasoning, messages with their own fields', () => {
  const collector = conversationCollector();
  const tool = new Message('tool', '21 °C', { tool_call_id: 'call_1' });
  collector.add(turn(1, 1), said([HELLO, tool], 'Let me think.21 degrees.', '21 degrees.'));
  expect(collector.conversations()[0]!.messages).toEqual([
    { role: 'user', content: 'Hello?' },
    { role: 'tool', content: '21 °C', tool_call_id: 'call_1' },
    { role: 'assistant', content: '21 degrees.' },
  ]);
});

test('M-53 what the warm-up said of a conversation is part of it, once', () => {
  const collector = conversationCollector();
  collector.add(turn(1, 0, { phase: 'warmup' }), said([HELLO], HI.text));
  collector.add(turn(1, 1), said([HELLO, HI, MORE], 'Enough.'));
  expect(collector.conversations()).toHaveLength(1);
  expect(collector.conversations()[0]!.messages).toHaveLength(4);
});

test('M-53 no conversation gives an empty list', () => {
  const path = join(dir, 'out.json');
  conversationCollector().write(path);
  expect(readFileSync(path, 'utf8')).toBe('[]');
});

test.each([
  ['the same', 'the same', undefined],
  ['', '', undefined],
  [
    'one two',
    'one too',
    'the answer differs from the recorded one at character 5: ' +
      'recorded "one two" (length 7), answer "one too" (length 7)',
  ],
  [
    'short',
    'short and more',
    'the answer differs from the recorded one at character 5: ' +
      'recorded "short" (length 5), answer "short and more" (length 14)',
  ],
  // Two characters that share their first half.
  [
    'a\u{1f600}',
    'a\u{1f601}',
    'the answer differs from the recorded one at character 1: ' +
      'recorded "a\u{1f600}" (length 3), answer "a\u{1f601}" (length 3)',
  ],
])('--verify-output: %j and %j', (recorded, answer, mismatch) => {
  expect(answerMismatch(recorded, answer)).toBe(mismatch);
});

test('--verify-output shows long answers around the first difference', () => {
  const text = answerMismatch(`${'x'.repeat(500)}A${'y'.repeat(500)}`, 'x'.repeat(600))!;
  expect(text).toContain(`recorded "…${'x'.repeat(20)}A${'y'.repeat(39)}…" (length 1001)`);
  expect(text.length).toBeLessThan(300);
});
