import { expect, test } from 'vitest';
import { headerWriter, redactor } from '../../src/transport/http-headers.ts';

const none = { headers: {}, sessionHeaders: [], apiKey: undefined };

function written(options: Partial<typeof none>, own = {}): string[] {
  return headerWriter({ ...none, ...options }, own)('7');
}

test("the user's headers win over ours whatever their case; session headers over all", () => {
  const own = { accept: 'text/event-stream' };
  const headers = { Accept: '*/*', Authorization: 'Basic x', 'X-User': 'fixed' };
  const list = headerWriter({ headers, sessionHeaders: ['x-user'], apiKey: 'key' }, own)('7');
  expect(list).toEqual(['accept', '*/*', 'authorization', 'Basic x', 'x-user', '7']);
});

test('without a key there is no authorization', () => {
  expect(written({})).toEqual([]);
});

test.each([
  // headers, message
  [{ 'bad name': 'x' }, "target.headers: found 'bad name'; expected a header name"],
  [{ Connection: 'close' }, 'target.headers: Connection cannot be set'],
  [{ 'content-length': '1' }, 'target.headers: content-length cannot be set'],
  [{ 'x-token': 'abc\r\nx: y' }, /^target\.headers\.x-token: found a line break(?!.*abc)/],
])('%j is refused', (headers, message) => {
  expect(() => headerWriter({ ...none, headers }, {})).toThrow(message);
});

test('a key with a line break is refused without being shown', () => {
  const options = { ...none, apiKey: 'sk-secret\n' };
  expect(() => headerWriter(options, {})).toThrow(/^the API key: found a line break(?!.*sk-)/);
});

test('all problems are reported at once', () => {
  const options = { ...none, headers: { 'a b': 'x', expect: 'y' }, sessionHeaders: ['c d'] };
  expect(() => headerWriter(options, {})).toThrow(
    expect.objectContaining({ problems: expect.objectContaining({ length: 3 }) }),
  );
});

test.each([
  // message, as shown
  ['bad key sk-secret', 'bad key ***'],
  ['Authorization: Basic dXNlcjpw', 'Authorization: ***'],
  ['only dXNlcjpw here', 'only *** here'],
  ['tag plain-value stays', 'tag plain-value stays'],
])('%s is shown as %s', (message, shown) => {
  const headers = { authorization: 'Basic dXNlcjpw', 'x-tag': 'plain-value' };
  expect(redactor({ headers, apiKey: 'sk-secret' })(message)).toBe(shown);
});
