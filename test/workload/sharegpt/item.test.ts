import { describe, expect, test } from 'vitest';
import { parseRecorded } from '../../../src/workload/chats/recorded.ts';
import { parseItem } from '../../../src/workload/sharegpt/item.ts';

const human = { from: 'human', value: 'q' };
const gpt = { from: 'gpt', value: 'a' };

function parse(value: unknown) {
  return parseItem(parseRecorded(value, 4));
}

describe('forms that are read', () => {
  test.each<[string, unknown, string[], string | undefined]>([
    // what, item, exchanges, system
    ['ShareGPT', { conversations: [human, gpt, human, gpt] }, ['q>a', 'q>a'], undefined],
    ['raw ShareGPT', { items: [human, gpt] }, ['q>a'], undefined],
    ['OpenAI', { messages: [said('user', 'x'), said('assistant', 'y')] }, ['x>y'], undefined],
    [
      'parts with text',
      { messages: [said('user', [{ type: 'text', text: 'x' }]), said('assistant', ['y', 'z'])] },
      ['x>yz'],
      undefined,
    ],
    [
      'parts with value',
      { messages: [said('user', [{ type: 'text', value: 'x' }]), said('assistant', 'y')] },
      ['x>y'],
      undefined,
    ],
    ['a system message', { conversations: [from('system', 's'), human, gpt] }, ['q>a'], 's'],
    ['a last question alone', { conversations: [human, gpt, human] }, ['q>a'], undefined],
    ['an empty answer', { conversations: [human, from('gpt', '')] }, ['q>'], undefined],
    ['a leading answer', { conversations: [gpt, human, gpt] }, ['q>a'], undefined],
    ['chatgpt', { conversations: [human, from('chatgpt', 'a')] }, ['q>a'], undefined],
    ['bing', { conversations: [human, from('bing', 'a')] }, ['q>a'], undefined],
    ['bard', { conversations: [from('user', 'q'), from('bard', 'a')] }, ['q>a'], undefined],
  ])('%s', (_, value, exchanges, system) => {
    const item = parse(value);
    if ('reason' in item) throw new Error(item.reason);
    expect(item.exchanges.map(({ question, answer }) => `${question}>${answer}`)).toEqual(
      exchanges,
    );
    expect(item.system).toBe(system);
    expect(item.id).toBe('4');
  });

  test('a leading answer is marked, and token counts are kept', () => {
    expect(
      parse({ id: 'x', conversations: [gpt, human, { ...gpt, num_tokens: 9 }] }),
    ).toMatchObject({
      id: 'x',
      hadLeadingAnswer: true,
      exchanges: [{ answerTokens: 9, questionTokens: undefined }],
    });
  });
});

describe('forms that are refused', () => {
  test.each([
    // item, reason, detail
    [undefined, 'malformed', 'not JSON'],
    [
      { messages: [said('user', [{ type: 'image_url', image_url: { url: 'data:' } }])] },
      'malformed',
      'message 0: no text',
    ],
    [
      { messages: [said('user', 'x'), said('assistant', 'z'), said('tool', 'y')] },
      'unknown role',
      'message 2: role "tool"',
    ],
    [
      { messages: [said('user', 'x'), { ...said('assistant', null), tool_calls: [{}] }] },
      'malformed',
      'message 1: no text',
    ],
    [
      { tools: [{ type: 'function', function: {} }], conversations: [human, gpt] },
      'tools',
      'tools: found; expected texts alone, without tools',
    ],
    [{ conversations: [human, human, gpt] }, 'roles do not alternate', 'message 1'],
    [{ conversations: [gpt, human, gpt, gpt] }, 'roles do not alternate', 'message 3'],
    [{ conversations: [human, gpt, from('system', 's')] }, 'roles do not alternate', 'message 2'],
    [{ conversations: [from('human', ' \n'), gpt] }, 'empty question', 'message 0'],
    [{ conversations: [human] }, 'no answered question', '1 messages'],
    [{ conversations: [] }, 'no answered question', '0 messages'],
    [{ conversations: [from('system', 's')] }, 'no answered question', '1 messages'],
  ])('%j: %s (%s)', (value, reason, detail) => {
    expect(parse(value)).toEqual({ id: '4', reason, detail });
  });
});

function from(role: string, value: string) {
  return { from: role, value };
}

function said(role: string, content: unknown) {
  return { role, content };
}
