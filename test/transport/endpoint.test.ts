import { expect, test } from 'vitest';
import { endpoint } from '../../src/transport/endpoint.ts';

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
])('%s has its chats at %s %s', (url, origin, chat) => {
  expect(endpoint(url)).toMatchObject({ origin, chat });
});

test('the paths beside chat: models under v1, version, health and metrics beside it', () => {
  expect(endpoint('http://h/prefix/v1')).toEqual({
    origin: 'http://h',
    chat: '/prefix/v1/chat/completions',
    completions: '/prefix/v1/completions',
    models: '/prefix/v1/models',
    version: '/prefix/version',
    health: '/prefix/health',
    metrics: '/prefix/metrics',
  });
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
  ['http://h/v1?key=1', "found '?key=***' after the path"],
  ['http://h/v1#x', "found '#x' after the path"],
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
