import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { conversationsIn, recordedIn } from '../../../src/workload/chats/chat-file.ts';
import { type Chat, parseChat } from '../../../src/workload/chats/item.ts';
import { parseRecorded } from '../../../src/workload/chats/recorded.ts';
import { scratchDir } from '../scratch.ts';

const u = (content: string) => ['user', content];
const a = (content: string) => ['assistant', content];

function saidIn(value: unknown) {
  const recorded = parseRecorded(value, 4);
  if ('reason' in recorded) throw new Error(recorded.detail);
  const said = recorded.said.map(({ message }) => [message.role, message.text]);
  return { id: recorded.id, shape: recorded.shape, said, unsent: [...recorded.unsent] };
}

test.each<[string, unknown, string, string[][]]>([
  // what, value, id, what is said in it
  ['openai', { id: 'x', messages: [{ role: 'user', content: 'q' }] }, 'x', [u('q')]],
  ['sharegpt', { conversations: [{ from: 'human', value: 'q' }] }, '4', [u('q')]],
  ['lmsys', { conversation: [{ role: 'user', content: 'q' }] }, '4', [u('q')]],
  [
    'openai-batch',
    { custom_id: 'r', method: 'POST', body: { messages: [{ role: 'user', content: 'q' }] } },
    'r',
    [u('q')],
  ],
  ['openai-batch', { custom_id: 'r', body: { prompt: 'once' } }, 'r', [u('once')]],
  ['openai-batch', { custom_id: 'r', body: { input: 'once' } }, 'r', [u('once')]],
  [
    'arena',
    {
      question_id: 'k',
      conversation_a: [
        { role: 'user', content: 'q' },
        { role: 'assistant', content: 'a' },
      ],
      conversation_b: [{ role: 'user', content: 'q' }],
    },
    'k',
    [u('q'), a('a')],
  ],
  ['mt-bench', { question_id: 81, turns: ['q', 'r'] }, '81', [u('q'), u('r')]],
  ['mt-bench', { question_id: 'h', turns: [{ content: 'q' }] }, 'h', [u('q')]],
  ['ultrachat', { id: '7', data: ['q', 'a', 'r', 'b'] }, '7', [u('q'), a('a'), u('r'), a('b')]],
  ['alpaca', { instruction: 'do', input: '', output: 'done' }, '4', [u('do'), a('done')]],
  [
    'alpaca',
    { instruction: 'add', input: '1 2', output: '', history: [['q', 'a']], system: 's' },
    '4',
    [['system', 's'], u('q'), a('a'), u('add\n1 2')],
  ],
])('%s: %j', (shape, value, id, said) => {
  expect(saidIn(value)).toMatchObject({ shape, id, said });
});

test("what a batch's request asks for besides is sent or named", () => {
  const tools = [{ type: 'function', function: { name: 'f' } }];
  const body = { model: 'm', messages: [{ role: 'user', content: 'q' }], tools, max_tokens: 5 };
  const recorded = parseRecorded({ custom_id: 'r', url: '/v1/chat/completions', body }, 0);
  expect(recorded).toMatchObject({ request: { tools } });
  expect('unsent' in recorded && [...recorded.unsent]).toEqual(['url', 'model', 'max_tokens']);
});

test('what is wrong is named where the file has it', () => {
  expect(parseRecorded({ question_id: 1, turns: ['q', 3] }, 0)).toMatchObject({
    id: '1',
    detail: 'turns[1].content: found 3; expected a text or a list of parts',
  });
  expect(parseRecorded({ text: 'q' }, 0)).toMatchObject({
    detail: 'messages: missing, found text; expected a list, or conversations as in ShareGPT',
  });
});

test('questions alone are turns, each to be answered', () => {
  const { exchanges } = parseChat({ turns: ['q', 'r', 's'] }, 0) as Chat;
  expect(exchanges.map(({ message, before, answer }) => [message.text, before, answer])).toEqual([
    ['q', [], undefined],
    ['r', [], undefined],
    ['s', [], undefined],
  ]);
  // In a conversation that has answers, two questions in a row are one turn.
  const messages = ['q', 'r'].map((content) => ({ role: 'user', content }));
  expect((parseChat({ messages }, 0) as Chat).exchanges).toHaveLength(1);
});

describe('trees', () => {
  const dir = scratchDir();
  const node = (role: string, text: string, ...replies: object[]) => ({ role, text, replies });
  const p = (text: string, ...replies: object[]) => node('prompter', text, ...replies);
  const b = (text: string, ...replies: object[]) => node('assistant', text, ...replies);

  async function conversations(...trees: object[]) {
    const file = join(dir, 'trees.jsonl');
    writeFileSync(file, trees.map((tree) => JSON.stringify(tree)).join('\n'));
    const found: unknown[] = [];
    for await (const value of conversationsIn(file)) {
      const recorded = recordedIn(value);
      const said = 'said' in recorded ? recorded.said.map(({ message }) => message.text) : [];
      found.push([value.index, value.line, recorded.id, said.join(' ')]);
    }
    return found;
  }

  test('have a conversation for every answer that none follows', async () => {
    const tree = p('q', b('a', p('r', b('c'), b('d')), p('s')), b('e'), {
      ...b('gone'),
      deleted: true,
    });
    expect(
      await conversations(
        { message_tree_id: 't', prompt: tree },
        { message_tree_id: 'v', prompt: p('x') },
      ),
    ).toEqual([
      [0, 1, 't-0', 'q a r c'],
      [1, 1, 't-1', 'q a r d'],
      [2, 1, 't-2', 'q e'],
      [3, 2, 'v-0', 'x'],
    ]);
  });

  test('among which something else is, leave it for its own reader', async () => {
    const rest = { id: 'm', messages: [{ role: 'user', content: 'y' }] };
    const found = await conversations({ message_tree_id: 't', prompt: p('q', b('a')) }, rest);
    expect(found).toEqual([
      [0, 1, 't-0', 'q a'],
      [1, 2, 'm', 'y'],
    ]);
  });
});
