import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { type BodyOptions, bodyWriter } from '../../src/transport/body.ts';
import { promptText } from '../../src/transport/prompt-text.ts';
import type { ChatRequest } from '../../src/transport/transport.ts';
import { Message, type Role, WholePrompt } from '../../src/workload/message.ts';
import { tries } from '../support/tries.ts';

const options: BodyOptions = { api: 'chat', model: 'm', stream: true, sampling: {}, extra: {} };
const request: ChatRequest = {
  userId: 7,
  sessionId: '7',
  turn: 0,
  messages: [new Message('system', 'Be "brief".'), new Message('user', 'Hé\n😀')],
  maxTokens: undefined,
  minTokens: undefined,
  cacheSalt: undefined,
};

function body(changed: Partial<BodyOptions>, asked: Partial<ChatRequest> = {}): unknown {
  const bytes = bodyWriter({ ...options, ...changed })({ ...request, ...asked });
  return JSON.parse(bytes.toString());
}

const messages = [
  { role: 'system', content: 'Be "brief".' },
  { role: 'user', content: 'Hé\n😀' },
];
const streaming = { stream: true, stream_options: { include_usage: true } };

test('a chat body has nothing that was not asked for', () => {
  expect(body({})).toEqual({ model: 'm', messages, ...streaming });
});

test('every setting has its OpenAI or vLLM name', () => {
  const sampling = {
    temperature: 0,
    topP: 0.9,
    seed: 1,
    stop: ['\n', '"'],
    ignoreEos: true,
  };
  const asked = { maxTokens: 20, minTokens: 10, priority: -2, cacheSalt: 'user-7' };
  expect(body({ sampling }, asked)).toEqual({
    model: 'm',
    messages,
    ...streaming,
    temperature: 0,
    top_p: 0.9,
    seed: 1,
    stop: ['\n', '"'],
    ignore_eos: true,
    cache_salt: 'user-7',
    max_tokens: 20,
    min_tokens: 10,
    priority: -2,
  });
});

test('a plain prompt is the texts alone', () => {
  const { prompt } = body({ api: 'completions', promptForm: 'plain' }) as { prompt: string };
  expect(prompt).toBe('Be "brief".\nHé\n😀');
});

test("a conversation's own fields are sent, and never in the place of ours", () => {
  const fields = { tools: [{ type: 'function' }], max_tokens: 7 };
  expect(body({}, { fields, maxTokens: 20 })).toEqual({
    model: 'm',
    messages,
    ...streaming,
    tools: fields.tools,
    max_tokens: 20,
  });
});

test("a request's cache salt is complete: the scenario's is not looked at again", () => {
  const sampling = { cacheSalt: 'run-{userId}' };
  expect(body({ sampling })).not.toHaveProperty('cache_salt');
  expect(body({ sampling }, { cacheSalt: '{userId}' })).toMatchObject({ cache_salt: '{userId}' });
});

test('to the completions API goes the text of the messages', () => {
  expect(body({ api: 'completions' })).toMatchObject({ prompt: promptText(request.messages) });
  expect(promptText(request.messages)).toBe('SYSTEM: Be "brief".\nUSER: Hé\n😀\nASSISTANT:');
  expect(body({ api: 'completions' }, { messages: [] })).toMatchObject({ prompt: '\nASSISTANT:' });
});

test('without streaming, no stream options are sent', () => {
  expect(body({ stream: false })).toEqual({ model: 'm', messages, stream: false });
});

test("the user's fields win over ours, and appear once", () => {
  const extra = { model: 'theirs', max_tokens: 5, stream: false, top_k: 3, deep: { a: [1] } };
  const bytes = bodyWriter({ ...options, extra })({ ...request, maxTokens: 20 }).toString();
  expect(JSON.parse(bytes)).toMatchObject(extra);
  for (const name of ['model', 'max_tokens', 'stream']) {
    expect(bytes.split(`"${name}":`)).toHaveLength(2);
  }
});

test.each(['messages', 'prompt'])('the user may not replace %s', (field) => {
  expect(() => bodyWriter({ ...options, extra: { [field]: [] } })).toThrow(
    `target.body.${field}: found`,
  );
});

test('a prompt that is sent alone goes to the completions API as it is, and to a chat as a message', () => {
  const messages = [new WholePrompt('user', 'all "of" it\n')];
  expect(body({ api: 'completions' }, { messages })).toMatchObject({ prompt: 'all "of" it\n' });
  expect(promptText(messages)).toBe('all "of" it\n');
  expect(body({ api: 'chat' }, { messages })).toMatchObject({
    messages: [{ role: 'user', content: 'all "of" it\n' }],
  });
});

test('a completions body flattens the chat into ROLE: lines', () => {
  const chat = [...request.messages, new Message('assistant', 'ok\\'), new Message('user', 'go')];
  expect(body({ api: 'completions' }, { messages: chat })).toEqual({
    model: 'm',
    prompt: 'SYSTEM: Be "brief".\nUSER: Hé\n😀\nASSISTANT: ok\\\nUSER: go\nASSISTANT:',
    ...streaming,
  });
});

test('any conversation survives as it is in both forms', () => {
  const message = fc.tuple(
    fc.constantFrom<Role>('system', 'user', 'assistant', 'tool'),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(fc.array(message), (chat) => {
      const asked = { messages: chat.map(([role, text]) => new Message(role, text)) };
      const plain = chat.map(([role, content]) => ({ role, content }));
      expect(body({}, asked)).toHaveProperty('messages', plain);
      const lines = chat.map(([role, text]) => `${role.toUpperCase()}: ${text}`).join('\n');
      expect(body({ api: 'completions' }, asked)).toHaveProperty('prompt', `${lines}\nASSISTANT:`);
    }),
    { numRuns: tries(100) },
  );
});

test.each(['chat', 'completions'] as const)(
  'the history of a %s is turned into JSON once, however often it is sent',
  (api) => {
    const history = Array.from({ length: 50 }, (_, index) => new Message('user', `text ${index}`));
    const write = bodyWriter({ ...options, api });
    write({ ...request, messages: history });
    const stringify = vi.spyOn(JSON, 'stringify');
    write({ ...request, messages: history });
    expect(stringify.mock.calls.flat().join()).not.toContain('text');
    stringify.mockRestore();
  },
);
