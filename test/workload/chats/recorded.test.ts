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

  test.each<[string, unknown, unknown]>([
    // what, content, content that is sent
    ['a list of texts', ['a', 'b'], 'ab'],
    ['parts with value (LLaMA-Factory)', [{ type: 'text', value: 'a' }, 'b'], 'ab'],
    ['parts with content', [{ type: 'text', content: 'a' }], 'a'],
    ["the Assistants API's text", [{ type: 'text', text: { value: 'a', annotations: [] } }], 'a'],
    ["the Responses API's", [{ type: 'input_text', text: 'a' }], 'a'],
    ['parts without a type (Gemini)', { parts: [{ text: 'a' }, { text: 'b' }] }, 'ab'],
    ["ChatGPT's export", { content_type: 'text', parts: ['a'] }, 'a'],
    ['one part', { type: 'text', value: 'a' }, 'a'],
    ["OpenAI's", [{ type: 'text', text: 'a', x: 1 }], [{ type: 'text', text: 'a' }]],
    [
      'a mixture',
      [
        { type: 'text', value: 'a' },
        { type: 'image_url', image_url: { url: 'u' }, id: 3 },
      ],
      [
        { type: 'text', text: 'a' },
        { type: 'image_url', image_url: { url: 'u' } },
      ],
    ],
  ])('in %s is what it says', (_, content, is) => {
    expect(sent({ messages: [say('user', content)] })).toEqual([say('user', is)]);
  });

  test('is never a field that no engine knows; those are named', () => {
    const messages = [say('user', 'q', { loss_weight: 1 }), say('assistant', 'a', { id: 4 })];
    const value = { messages, source: 'web', category: 'x', empty: null };
    expect(sent(value)).toEqual([say('user', 'q'), say('assistant', 'a')]);
    expect([...recorded(value).unsent]).toEqual([
      'source',
      'category',
      'messages[].loss_weight',
      'messages[].id',
    ]);
  });

  test('of a developer or a function is sent under that name', () => {
    const messages = [
      say('developer', 'd'),
      say('user', 'q'),
      say('assistant', null, { function_call: { name: 'f', arguments: '{}' } }),
      say('function', 'r', { name: 'f' }),
    ];
    expect(sent({ messages })).toEqual(messages);
    expect(recorded({ messages }).said.map(({ message }) => message.role)).toEqual([
      'system',
      'user',
      'assistant',
      'tool',
    ]);
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

describe('what a conversation has beside its messages', () => {
  const messages = [say('user', 'q')];
  const tools = [{ type: 'function', function: { name: 'f', parameters: {} } }];

  test('is sent with every request, where it is a field of one', () => {
    const fields = { tools, tool_choice: 'auto', parallel_tool_calls: false };
    expect(recorded({ messages, ...fields }).request).toEqual(fields);
    expect(recorded({ messages, tools: [], tool_choice: null }).request).toBeUndefined();
  });

  test.each([
    [JSON.stringify(tools)],
    [[{ name: 'f', parameters: {} }]],
    ['[{"name": "f", "parameters": {}}]'],
  ])('are tools, also as functions alone and as a text: %j', (given) => {
    expect(recorded({ messages, tools: given }).request).toEqual({ tools });
  });

  test('is said first, where it is what the system says', () => {
    const one = recorded({ messages, system: 's' });
    expect(one.said.map(({ message }) => message.role)).toEqual(['system', 'user']);
    expect(one.added).toBe(1);
  });

  test.each([
    [{ tools: 'f' }, 'tools', /^tools: found "f"; expected a list of {type.*as JSON in a text$/],
    [{ tools: [{ name: 'f' }, 3] }, 'tools', /^tools: found \[.*; expected a list of {type/],
    [{ tools: [{ type: 'code_interpreter' }] }, 'tools', /^tools: found \[.*; expected a list/],
    [{ tool_choice: 3 }, 'tool_choice', /^tool_choice: found 3; expected a text or an object/],
    [{ functions: [{ name: 'f' }] }, 'functions', /^functions: found .*; expected none/],
    [{ system: ['s'] }, 'system', /^system: found \["s"\]; expected a text/],
    [
      { system: 's', messages: [say('system', 't'), ...messages] },
      'two system messages',
      /^system: found "s", and messages\[0\] is one too; expected one of them/,
    ],
    [
      { messages: [say('user', 'q', { tool_results: [{ id: 1 }] })] },
      'tool_results',
      /^messages\[0\]\.tool_results: found .*; expected none, as it cannot be sent/,
    ],
  ])('%j is refused by name', (fields, reason, detail) => {
    expect(parseRecorded({ messages, ...fields }, 4)).toEqual({
      id: '4',
      reason,
      detail: expect.stringMatching(detail),
    });
  });
});

test('a conversation without an id is named by its place', () => {
  expect(recorded({ messages: [] })).toMatchObject({ id: '4', list: 'messages' });
  expect(recorded({ id: 7, items: [] })).toMatchObject({ id: '7', list: 'items' });
});

test('calls and what came of them, as LLaMA-Factory has them, are OpenAI messages', () => {
  const call = (args: unknown) => JSON.stringify({ name: 'f', arguments: args });
  const { said } = recorded({
    conversations: [
      from('human', 'q'),
      from('function_call', call({ a: 1 })),
      from('observation', '{"found": 2}'),
      from('function_call', call('{}')),
      from('observation', ''),
      from('gpt', 'two'),
    ],
  });
  const called = (id: string, args: string) => ({
    role: 'assistant',
    content: null,
    tool_calls: [{ id, type: 'function', function: { name: 'f', arguments: args } }],
  });
  expect(said.map(({ message }) => JSON.parse(message.json.toString()))).toEqual([
    { role: 'user', content: 'q' },
    called('call_1', '{"a":1}'),
    { role: 'tool', content: '{"found": 2}', tool_call_id: 'call_1' },
    called('call_2', '{}'),
    { role: 'tool', content: '', tool_call_id: 'call_2' },
    { role: 'assistant', content: 'two' },
  ]);
});

describe('forms that are refused', () => {
  const human = from('human', 'q');
  const roles =
    'expected system, developer, user, human, prompter, assistant, gpt, chatgpt, bing, bard, model, tool, function, function_call, observation';
  test.each([
    // item, reason, detail
    [undefined, 'malformed', 'not JSON'],
    ['text', 'malformed', 'found "text"; expected an object'],
    [[human], 'malformed', 'found [{"from":"human","value":"q"}]; expected an object'],
    [
      { id: '4', data: [] },
      'malformed',
      'messages: missing, found id, data; expected a list, or conversations as in ShareGPT',
    ],
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
      'messages[0].content[0]: found {"text":3}; expected a text in \'text\'',
    ],
    [
      { messages: [say('assistant', [{ type: 'tool_use', id: 't', input: {} }])] },
      'part of type "tool_use"',
      'messages[0].content[0].type: found "tool_use"; expected text, input_text, output_text, markdown, image_url, input_audio, audio_url, video_url, file, refusal',
    ],
    [
      { messages: [say('user', [{ type: 'image_url', value: 'u' }])] },
      'malformed',
      'messages[0].content[0].image_url: missing; expected what is to be sent',
    ],
    [
      { messages: [say('user', 'q'), say('assistant', null)] },
      'malformed',
      'messages[1].content: found null; expected a text or a list of parts',
    ],
    [
      { conversations: [from('observation', 'a')] },
      'role "observation"',
      'conversations[0].value: found what came of a call; expected a function_call before it',
    ],
    [
      { conversations: [human, from('function_call', 'f(1)')] },
      'role "function_call"',
      'conversations[1].value: found "f(1)"; expected JSON of a name and arguments',
    ],
    [
      { conversations: [human, from('function_call', { name: 'f' })] },
      'role "function_call"',
      'conversations[1].value: found {"name":"f"}; expected a text',
    ],
    [{ messages: [{ content: 'x' }] }, 'no role', `messages[0].role: missing; ${roles}`],
    [
      { messages: [say('toString', 'x')] },
      'role "toString"',
      `messages[0].role: found "toString"; ${roles}`,
    ],
  ])('%j: %s (%s)', (value, reason, detail) => {
    expect(parseRecorded(value, 4)).toEqual({ id: '4', reason, detail });
  });
});
