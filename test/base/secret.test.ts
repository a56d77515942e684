import { expect, test } from 'vitest';
import { isSecret } from '../../src/base/secret.ts';

test.each([
  ...['authorization', 'Authorization', 'proxy-authorization', 'api-key', 'X-Api-Key'],
  ...['x-access-token', 'client_secret', 'Cookie', 'Set-Cookie', 'password'],
])('%s is never written', (name) => {
  expect(isSecret(name)).toBe(true);
});

test.each(['content-type', 'x-session-id', 'user-agent', 'x-tenant'])('%s is', (name) => {
  expect(isSecret(name)).toBe(false);
});
