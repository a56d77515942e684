import { expect, test } from 'vitest';
import { endpoint } from '../../../src/transport/http/endpoint.ts';

test.each([
  // url -> origin, chat
  ['http://h:8000', 'http://h:8000', '/v1/chat/completions'],
  ['http://h:8000/', 'http://h:8000', '/v1/chat/completions'],
  ['http://h:8000/v1', 'http://h:8000', '/v1/chat/completions'],
  ['http://h:8000/v1/', 'http://h:8000', '/v1/chat/completions'],
  ['HTTP://h:8000/v1//', 'http://h:8000', '/v1/chat/completions'],
  ['http://h/prefix/v1/', 'http://h', '/prefix/v1/chat/completions'],
  ['http://h/prefix', 'http://h', '/prefix/v1/chat/completions'],
  ['https://h:8443/v1', 'https://h:8443', '/v1/chat/completions'],
  ['http://[::1]:8000', 'http://[::1]:8000', '/v1/chat/completions'],
  ['http://h:8000/v1/chat/completions', 'http://h:8000', '/v1/chat/completions'],
  ['http://h:8000/v1/completions/', 'http://h:8000', '/v1/chat/completions'],
  // An operation without /v1 is taken at its word.
  ['https://h/openai/chat/completions', 'https://h', '/openai/chat/completions'],
  // Azure's: a query that every request has to have, and deployments without a version
  ['https://h/openai/v1/?api-version=p', 'https://h', '/openai/v1/chat/completions?api-version=p'],
  ['https://h/openai/deployments/d?v=1', 'https://h', '/openai/deployments/d/chat/completions?v=1'],
  ['https://h/d/chat/completions?v=1&w', 'https://h', '/d/chat/completions?v=1&w'],
  ['http://h?', 'http://h', '/v1/chat/completions'],
])('%s has its chats at %s %s', (url, origin, chat) => {
  expect(endpoint(url)).toMatchObject({ origin, chat });
});

test('the paths beside chat: models under v1, version, health, metrics and profiler beside it', () => {
  expect(endpoint('http://h/prefix/v1')).toEqual({
    origin: 'http://h',
    chat: '/prefix/v1/chat/completions',
    completions: '/prefix/v1/completions',
    models: '/prefix/v1/models',
    version: '/prefix/version',
    health: '/prefix/health',
    metrics: '/prefix/metrics',
    startProfile: '/prefix/start_profile',
    stopProfile: '/prefix/stop_profile',
  });
});

test('a query is kept on every path', () => {
  const { origin, ...paths } = endpoint('https://h/v1?api-version=2024-10-21');
  expect(origin).toBe('https://h');
  for (const path of Object.values(paths)) expect(path).toMatch(/\w\?api-version=2024-10-21$/);
});

test.each([
  // url, what it is
  ['http://h/v1/responses', "OpenAI's Responses API"],
  ['https://h/openai/v1/responses?api-version=p', "OpenAI's Responses API"],
  ['https://api.anthropic.com/v1/messages/', "Anthropic's Messages API"],
  ['http://h:11434/api/chat', "Ollama's own API"],
  ['http://h/generate_stream', 'an API of one prompt'],
  ['https://h/v1beta/models/g:streamGenerateContent', "Gemini's API"],
  ['http://h/v1/embeddings', 'an API without answers'],
])('%s is refused as %s', (url, api) => {
  const refusal = `found '${url}', ${api}, which is not supported; expected the base URL`;
  expect(() => endpoint(url)).toThrow(refusal);
});

test.each([
  // url, part of the message
  ['localhost:8000', "found 'localhost:8000'"],
  ['localhost:8000', 'did you mean http://localhost:8000?'],
  ['h', 'expected a base URL such as http://127.0.0.1:8000'],
  ['', "found ''"],
  ['embedded://x', "found 'embedded://x'"],
  ['ftp://h/v1', "found 'ftp://h/v1'"],
  ['http://', "found 'http://'"],
  ['http://h:99999', "found 'http://h:99999'"],
  ['http://h/v1#x', "found '#x' at the end, which no server gets to see"],
  ['http://h/v1/responses?key=1', "found 'http://h/v1/responses?key=***'"],
  ['http://user:hunter2@h/v1', 'found credentials before h'],
])('%s is refused: %s', (url, part) => {
  expect(() => endpoint(url)).toThrow(part);
});

test.each(['http://user:hunter2@h/v1', 'user:hunter2@h/v1', 'http://user:hunter2@h:99999'])(
  'a password never reaches the message about %s',
  (url) => {
    expect(() => endpoint(url)).toThrow(/^(?!.*hunter2)/s);
  },
);
