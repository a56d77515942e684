import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  isSecret,
  REDACTED,
  redacted,
  redactedHeaders,
  striker,
  withoutCredentials,
  withoutUrlSecrets,
} from '../../src/base/secret.ts';

test.each([
  ...['authorization', 'Authorization', 'proxy-authorization', 'api-key', 'X-Api-Key'],
  ...['x-access-token', 'client_secret', 'Cookie', 'Set-Cookie', 'password', 'x-passwd'],
  ...['X-Amz-Signature', 'x-sig', 'db-pwd', 'x-credentials', 'x-jwt'],
])('%s is never written', (name) => {
  expect(isSecret(name)).toBe(true);
});

test.each(['content-type', 'x-session-id', 'user-agent', 'x-tenant', 'x-design'])(
  '%s is',
  (name) => {
    expect(isSecret(name)).toBe(false);
  },
);

test('of headers the names stay, whatever their value looks like', () => {
  const headers = {
    authorization: 'x',
    'x-gateway': 'Bearer abcdefgh',
    'x-team': 'sk-proj-0123456789abcdef',
    'x-id': '0123456789abcdef0123456789abcdef',
    'x-user': 'ann',
    accept: 'text/event-stream',
  };
  expect(redactedHeaders(headers)).toEqual({
    authorization: REDACTED,
    'x-gateway': REDACTED,
    'x-team': REDACTED,
    'x-id': REDACTED,
    'x-user': 'ann',
    accept: 'text/event-stream',
  });
});

test('of body fields those that are called so, however deep; settings stay', () => {
  const settings = {
    max_tokens: 5,
    stop_token_ids: [1],
    tokenizer: 'org/name-with-a-long-name-2024',
    stop_token: '</s>',
    prompt_cache_key: 'user',
    skip_special_tokens: 'yes',
    token_limit: 3,
  };
  expect(redacted(settings)).toEqual(settings);
  expect(
    redacted({
      api_key: 'x',
      user: { password: 'y', name: 'z' },
      auth: { a: ['b'] },
      url: 'http://u:p@h',
    }),
  ).toEqual({
    api_key: REDACTED,
    user: { password: REDACTED, name: 'z' },
    auth: { a: [REDACTED] },
    url: 'http://***@h',
  });
});

test.each([
  ['http://ann:pw@host/v1', 'http://***@host/v1'],
  ['http://h/v1?api_key=abc&n=1#token=x', 'http://h/v1?api_key=***&n=1#token=***'],
  ['http://h/?X-Amz-Signature=abc&X-Amz-Date=1', 'http://h/?X-Amz-Signature=***&X-Amz-Date=1'],
  ["unknown option '--my-api-key=abc'", "unknown option '--my-api-key=***'"],
  ['a?max_tokens=5', 'a?max_tokens=5'],
])('%s is shown as %s', (text, shown) => {
  expect(withoutUrlSecrets(text)).toBe(shown);
});

test.each([
  ['Authorization: Bearer abcdefgh12', 'Authorization: ***'],
  ['found sk-proj-0123456789abcdef here', 'found *** here'],
  ['found eyJhbGciOiJIUzI1NiJ9.eyJzdWIi.abc', 'found ***'],
  ['basic training of a bearer, skateboardings and pkgconfigurations', undefined],
])('of a text that anybody wrote: %s', (text, shown = text) => {
  expect(withoutCredentials(text)).toBe(shown);
});

describe('the secrets of a run', () => {
  const key = 'sk-Ab+c/d=12345';
  const strike = striker([key, 'Basic dXNlcjpwYXNzd29yZA==']);

  test.each([
    [`Incorrect API key: ${key}.`, 'Incorrect API key: ***.'],
    [encodeURIComponent(key), '***'],
    ['user:password', '***'],
    ['dXNlcjpwYXNzd29yZA==', '***'],
    [`cut ${key.slice(0, 9)}...`, 'cut ***...'],
    [`cut ${key.slice(0, 9)}…`, 'cut ***…'],
    [`cut ${key.slice(0, 4)}`, 'cut ***'],
    ['sk-A is no key here', 'sk-A is no key here'],
    [`cut #key${key.slice(0, 10)}...`, 'cut #key***...'],
  ])('are struck out of %s', (text, shown) => {
    expect(strike(text)).toBe(shown);
  });

  test('wherever a text with one is cut, at most three letters of it are left', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(40), fc.constantFrom('', '...', '…'), (before, at, mark) => {
        const text = `${before}${key}`.slice(0, at) + mark;
        expect(strike(text)).not.toContain(key.slice(0, 4));
      }),
    );
  });

  test('short ones are placeholders and stay', () => {
    expect(striker(['abc', ''])('abc is a placeholder')).toBe('abc is a placeholder');
  });
});

test('what is nested deeper than anything that is written down is left out, and breaks nothing down', () => {
  const deep = JSON.parse('['.repeat(50_000) + ']'.repeat(50_000));
  const kept = redacted({ outer: deep, name: 'x' }) as { outer: unknown; name: string };
  expect(kept.name).toBe('x');
  expect(JSON.stringify(kept.outer)).toBe(`${'['.repeat(100)}"..."${']'.repeat(100)}`);
});
