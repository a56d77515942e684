import { expect, test } from 'vitest';
import { readHead } from '../../../src/transport/http/response-head.ts';

const NOW = Date.UTC(1994, 10, 6, 8, 49, 37);
const read = (headers: Parameters<typeof readHead>[1], httpStatus = 200) =>
  readHead(httpStatus, headers, NOW);

test('a plain head says nothing of what follows', () => {
  expect(read({})).toEqual({
    ...{ httpStatus: 200, staysOpen: true, location: undefined },
    ...{ coding: undefined, retryAfterMs: undefined },
  });
});

test.each([
  ['close', false],
  ['Close', false],
  ['keep-alive, close', false],
  ['keep-alive', true],
  ['enclosed', true],
  ['', true],
])('connection: %j means that the connection stays open: %s', (connection, staysOpen) => {
  expect(read({ connection }).staysOpen).toBe(staysOpen);
});

test.each([
  [{ 'content-encoding': 'gzip' }, 'gzip'],
  [{ 'content-encoding': ' BR ' }, 'br'],
  [{ 'content-encoding': 'identity' }, undefined],
  [{ 'content-encoding': '' }, undefined],
  [{ 'content-encoding': ['gzip', 'identity'] }, 'gzip'],
  [{ 'transfer-encoding': 'chunked' }, undefined],
  [{ 'transfer-encoding': 'Chunked' }, undefined],
  [{ 'transfer-encoding': 'gzip, chunked' }, 'gzip'],
  [{ 'content-encoding': 'gzip', 'transfer-encoding': 'deflate, chunked' }, 'gzip, deflate'],
])('%j: the body is coded as %s', (headers, coding) => {
  expect(read(headers).coding).toBe(coding);
});

test('a redirection has its place, and a failure how long it asks to be left alone', () => {
  expect(read({ location: '/v2', 'retry-after': '2' }, 301)).toMatchObject({
    ...{ httpStatus: 301, location: '/v2', retryAfterMs: 2000 },
  });
  expect(read({ 'retry-after': '2' }, 300).retryAfterMs).toBe(2000);
  expect(read({ 'retry-after': '2' }, 299).retryAfterMs).toBeUndefined();
});
