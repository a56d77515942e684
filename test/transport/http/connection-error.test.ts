import { describe, expect, test } from 'vitest';
import { connectionErrorText, exhaustionOf } from '../../../src/transport/http/connection-error.ts';
import { connectionFailure } from '../../../src/transport/http/failure.ts';

function coded(code: string, message = `connect ${code} 127.0.0.1:1`): Error {
  return Object.assign(new Error(message), { code });
}

const at = { stage: 'connecting', origin: 'http://h', httpStatus: undefined } as const;

describe('what this machine ran out of is its own', () => {
  test.each([
    ['EMFILE', /^this client ran out of file descriptors .*ulimit -n.* \(EMFILE\)$/],
    ['ENFILE', /file descriptors of this machine/],
    ['EADDRNOTAVAIL', /ports/],
    ['EADDRINUSE', /ports/],
    ['ENOMEM', /memory/],
    ['ENOBUFS', /buffers/],
  ])('%s', (code, message) => {
    expect(connectionFailure(coded(code), at)).toEqual({
      status: 'client',
      message: expect.stringMatching(message),
    });
  });

  test.each(['waiting', 'answering'] as const)('also while %s', (stage) => {
    expect(connectionFailure(coded('ENOBUFS'), { ...at, stage }).status).toBe('client');
  });

  test('in causes and among gathered errors, if all of them are', () => {
    const both = new AggregateError([coded('EADDRNOTAVAIL'), coded('EADDRNOTAVAIL')]);
    expect(exhaustionOf(new Error('failed', { cause: both }))).toContain('ports');
    // A cause without a code says nothing else.
    const outer = Object.assign(new Error('failed', { cause: new Error('why') }), {
      code: 'ENOMEM',
    });
    expect(exhaustionOf(outer)).toContain('memory');
    expect(exhaustionOf(Object.assign(new Error('failed'), { code: 12 }))).toBeUndefined();
    expect(exhaustionOf('ENOMEM')).toBeUndefined();
    // No address of IPv6 here, and nobody at the other one.
    const mixed = new AggregateError([coded('EADDRNOTAVAIL'), coded('ECONNREFUSED')]);
    expect(connectionFailure(Object.assign(mixed, { code: 'EADDRNOTAVAIL' }), at).status).toBe(
      'connect',
    );
  });

  test.each(['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'EHOSTUNREACH', 'constructor'])(
    '%s is not',
    (code) => {
      expect(connectionFailure(coded(code), at)).toMatchObject({ status: 'connect' });
    },
  );
});

test.each([
  ['DEPTH_ZERO_SELF_SIGNED_CERT', /--ca.*--insecure/],
  ['SELF_SIGNED_CERT_IN_CHAIN', /--ca.*--insecure/],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /--ca.*--insecure/],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', /--ca.*--insecure/],
  ['CERT_HAS_EXPIRED', /--insecure/],
  ['ERR_TLS_CERT_ALTNAME_INVALID', /--insecure/],
  ['ERR_SSL_WRONG_VERSION_NUMBER', /http:/],
])('%s says what to do about it', (code, advice) => {
  expect(connectionErrorText(coded(code, 'handshake failed'))).toMatch(advice);
});

test('other errors stay as they are', () => {
  expect(connectionErrorText(coded('ECONNRESET', 'read ECONNRESET'))).toBe('read ECONNRESET');
});

test.each([
  ['HeadersOverflowError', 'Headers Overflow Error', 'the head of the response is too long'],
  ['AssertionError', 'falsy', 'Response does not match the HTTP/1.1 protocol'],
])('%s is told without the terms of a library', (name, message, told) => {
  const error = Object.assign(new Error(message), { name });
  expect(connectionFailure(error, { ...at, stage: 'answering' }).message).toBe(told);
});
