import { expect, test } from 'vitest';
import { CookieJar } from '../../../src/transport/http/cookies.ts';

const NOW = Date.UTC(2026, 0, 1);
const PATH = '/v1/chat/completions?api-version=1';

function jarWith(lines: string[], origin = 'http://h'): CookieJar {
  const jar = new CookieJar(origin);
  jar.keep({ 'set-cookie': lines }, NOW);
  return jar;
}

test.each<[string[], string | undefined]>([
  // Set-Cookie lines, Cookie header
  [[], undefined],
  [['SERVERID=s1'], 'SERVERID=s1'],
  [['SERVERID=s1; Path=/; HttpOnly; SameSite=None', 'b=2'], 'SERVERID=s1; b=2'],
  [['a=1', 'a=2'], 'a=2'],
  [['a="1 2"; Domain=.elsewhere.example'], 'a="1 2"'],
  [['no cookie at all', '=1', ''], undefined],
  // paths: a folder, and what is below it
  [['a=1; Path=/v1'], 'a=1'],
  [['a=1; Path=/v1/chat/completions'], 'a=1'],
  [['a=1; Path=/v'], undefined],
  [['a=1; Path=/admin'], undefined],
  [['a=1; Path=relative'], 'a=1'],
  // times
  [['a=1; Max-Age=60'], 'a=1'],
  [['a=1; Max-Age=0'], undefined],
  [['a=1', 'a=; Max-Age=0'], undefined],
  [['a=1; Expires=Wed, 31 Dec 2025 23:59:59 GMT'], undefined],
  [['a=1; Expires=Fri, 02 Jan 2026 00:00:00 GMT'], 'a=1'],
  [['a=1; Expires=Wed, 31 Dec 2025 23:59:59 GMT; Max-Age=60'], 'a=1'],
])('%j is sent as %j', (lines, header) => {
  expect(jarWith(lines).header(PATH, NOW)).toBe(header);
});

test('one is sent until it expires', () => {
  const jar = jarWith(['a=1; Max-Age=60', 'b=2']);
  expect(jar.header(PATH, NOW + 59_999)).toBe('a=1; b=2');
  expect(jar.header(PATH, NOW + 60_000)).toBe('b=2');
});

test('a secure one is sent over TLS only', () => {
  expect(jarWith(['a=1; Secure']).header(PATH, NOW)).toBeUndefined();
  expect(jarWith(['a=1; Secure'], 'https://h').header(PATH, NOW)).toBe('a=1');
});

test('a server cannot fill the memory', () => {
  const many = Array.from({ length: 1000 }, (_, i) => `c${i}=1`);
  expect(jarWith(many).header(PATH, NOW)!.split('; ')).toHaveLength(50);
});
