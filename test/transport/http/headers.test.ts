import { expect, test } from 'vitest';
import { headerWriter, redactor } from '../../../src/transport/http/headers.ts';

const none = { headers: {}, sessionHeaders: [], apiKey: undefined };

function written(options: Partial<typeof none>, own = {}): string[] {
  return headerWriter({ ...none, ...options }, own)({ sessionId: '7' });
}

test("the user's headers win over ours whatever their case; session headers over all", () => {
  const own = { accept: 'text/event-stream' };
  const headers = { Accept: '*/*', Authorization: 'Basic x', 'X-User': 'fixed' };
  const list = headerWriter(
    { headers, sessionHeaders: ['x-user'], apiKey: 'key' },
    own,
  )({
    sessionId: '7',
  });
  expect(list).toEqual(['accept', '*/*', 'authorization', 'Basic x', 'x-user', '7']);
});

test('a key goes into the header that is named, as it is; into authorization as a bearer token', () => {
  const withKey = (apiKeyHeader?: string) =>
    headerWriter({ ...none, apiKey: 'key', apiKeyHeader }, {})({});
  expect(withKey('api-key')).toEqual(['api-key', 'key']);
  expect(withKey('Authorization')).toEqual(['authorization', 'Bearer key']);
  expect(withKey()).toEqual(['authorization', 'Bearer key']);
});

test("a request's own id wins over a fixed one of that name", () => {
  const options = { ...none, headers: { 'X-Request-Id': 'fixed' } };
  const write = headerWriter({ ...options, requestId: { header: 'x-request-id' } }, {});
  expect(write({ requestId: '7-0' })).toEqual(['x-request-id', '7-0']);
});

test("the server's cookies follow the user's own, in one header", () => {
  const write = headerWriter({ ...none, headers: { Cookie: 'a=1' } }, {});
  expect(write({})).toEqual(['cookie', 'a=1']);
  expect(write({ cookies: 'b=2; c=3' })).toEqual(['cookie', 'a=1; b=2; c=3']);
  expect(headerWriter(none, {})({ cookies: 'b=2' })).toEqual(['cookie', 'b=2']);
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

test.each<[options: object, message: string]>([
  [{ apiKeyHeader: 'api key' }, "target.apiKeyHeader: found 'api key'; expected a header name"],
  [{ requestId: { header: 'Expect' } }, 'target.requestId.header: Expect cannot be set'],
  [{ prefillHeader: { name: 'a b' } }, "target.prefillHeader.name: found 'a b'; expected a header"],
  [{ sessionHeaders: ['Upgrade'] }, 'target.sessionHeaders: Upgrade cannot be set'],
  ...['connection', 'content-length', 'expect', 'keep-alive', 'transfer-encoding', 'upgrade'].map(
    (name): [object, string] => [
      { headers: { [name]: 'x' } },
      `target.headers: ${name} cannot be set`,
    ],
  ),
])('%j is refused', (options, message) => {
  expect(() => headerWriter({ ...none, ...options }, {})).toThrow(message);
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

test('a key in the query of the URL is struck out, as it stands there and as it is meant', () => {
  const redact = redactor({
    url: 'https://h/v1?code=x&sig=a%2Fb12',
    headers: {},
    apiKey: undefined,
  });
  expect(redact('bad signature a%2Fb12, which is a/b12, for x')).toBe(
    'bad signature ***, which is ***, for x',
  );
});

test('a header of the session, of prefill or of an id has no fixed value; a request brings its own', () => {
  const write = headerWriter(
    {
      headers: { 'X-User': 'fixed', 'X-Prefill': 'fixed', 'X-Id': 'fixed', 'X-Other': 'a' },
      ...{ sessionHeaders: ['x-user', 'X-Session'], prefillHeader: { name: 'x-prefill' } },
      ...{ requestId: { header: 'x-id' }, apiKey: undefined },
    },
    {},
  );
  expect(write({})).toEqual(['x-other', 'a']);
  expect(
    write({ sessionId: '7', headers: { 'x-prefill': '9' }, requestId: 'r', cookies: 'c=1' }),
  ).toEqual([
    ...['x-other', 'a', 'x-user', '7', 'X-Session', '7'],
    ...['x-prefill', '9', 'x-id', 'r', 'cookie', 'c=1'],
  ]);
});
