import { describe, expect, test } from 'vitest';
import { parseRecorded } from '../../../src/workload/chats/recorded.ts';

const say = (role: string, content: unknown, extra: object = {}) => ({ role, content, ...extra });
const from = (speaker: string, value: unknown, extra: object = {}) => ({
  from: speaker,
  value,
  ...extra,
});

function recorded(value: unknown) {
  const one = parseRecorded(value, 4);
  if ('reason' in one) throw new Error(one.detail);
  return one;
}

const sent = (value: unknown) =>
  recorded(value).said.map(({ message }) => JSON.parse(message.json.toString('utf8')));

describe('what is sent of a message', () => {
  const call = { tool_calls: [{ id: 'c' }] };
  const parts = [
    { type: 'text', text: 'a' },
    { type: 'image_url', image_url: { url: 'data:' } },
  ];

  test('in OpenAI form is all that it has, but for the pause before it', () => {
    const messages = [
      say('user', 'q', { name: 'ann' }),
      say('assistant', null, call),
      say('tool', 'found', { tool_call_id: 'c' }),
      say('user', parts),
    ];
    const paused = messages.map((message) => ({ ...message, pause_sec: 2 }));
    expect(sent({ messages: paused })).toEqual(messages);
    expect(recorded({ messages: paused }).said.map(({ pauseSec }) => pauseSec)).toEqual(
      Array(4).fill(2),
    );
    expect(recorded({ messages }).said.map(({ isText }) => isText)).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  test('in parts that no OpenAI server knows is their text', () => {
    const messages = [say('user', [{ type: 'text', value: 'a' }, 'b'], { loss_weight: 1 })];
    expect(sent({ messages })).toEqual([say('user', 'ab', { loss_weight: 1 })]);
  });

  test('in ShareGPT form is who speaks and what', () => {
    const conversations = [
      from('system', 's', { num_tokens: 1 }),
      from('human', 'q', { weight: 0 }),
      from('gpt', ['a', 'b']),
      from('chatgpt', [{ type: 'text', value: 'c' }]),
    ];
    expect(sent({ conversations })).toEqual([
      say('system', 's'),
      say('user', 'q'),
      say('assistant', 'ab'),
      say('assistant', 'c'),
    ]);
    expect(recorded({ conversations }).said.map(({ tokens }) => tokens)).toEqual([
      1,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

test('a conversation without an id is named by its place', () => {
  expect(recorded({ messages: [] })).toMatchObject({ id: '4', list: 'messages' });
  expect(recorded({ id: 7, items: [] })).toMatchObject({ id: '7', list: 'items' });
});

describe('forms that are refused', () => {
  const human = from('human', 'q');
  const roles = 'expected system, user, human, assistant, gpt, chatgpt, bing, bard, tool';
  test.each([
    // item, reason, detail
    [undefined, 'malformed', 'not JSON'],
    ['text', 'malformed', 'not an object'],
    [[human], 'malformed', 'not an object'],
    [{}, 'malformed', 'messages: missing; expected a list, or conversations as in ShareGPT'],
    [{ conversations: 'text' }, 'malformed', 'conversations: found "text"; expected a list'],
    [{ conversations: [human, 3] }, 'malformed', 'conversations[1]: found 3; expected an object'],
    [
      { conversations: [human, from('gpt', null)] },
      'malformed',
      'conversations[1].value: found null; expected a text or a list of parts',
    ],
    [
      { messages: [say('user', null)] },
      'malformed',
      'messages[0].content: found null; expected a text or a list of parts',
    ],
    [
      { messages: [say('user', [{ text: 3 }])] },
      'malformed',
      'messages[0].content: found [{"text":3}]; expected a text or a list of parts',
    ],
    [
      { conversations: [from('observation', 'a')] },
      'unknown role',
      `conversations[0].from: found "observation"; ${roles}`,
    ],
    [{ messages: [{ content: 'x' }] }, 'unknown role', `messages[0].role: missing; ${roles}`],
    [
      { messages: [say('toString', 'x')] },
      'unknown role',
      `messages[0].role: found "toString"; ${roles}`,
    ],
  ])('%j: %s (%s)', (value, reason, detail) => {
    expect(parseRecorded(value, 4)).toEqual({ id: '4', reason, detail });
  });
});
