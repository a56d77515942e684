import { expect, test } from 'vitest';
import { requestIdWriter } from '../../../src/transport/http/request-id.ts';
import { request } from '../http-rig.ts';

test.each([
  ['{conversation}-{turn}', {}, '7-0'],
  ['{conversation}-{turn}', { sessionId: 'chat-a', turn: 3 }, 'chat-a-3'],
  // A conversation that is not to be named in a session header has the name of its user.
  ['{conversation}', { sessionId: undefined }, '7'],
  ['{conversation}-{turn}', { agent: { id: 2, place: 1 } }, '7.2-0'],
  ['{agent}.{turn}.{attempt}', { agent: { id: 2, place: 1 }, turn: 3 }, '2.3.1'],
  ['run3/{user}/{agent}/{turn}/{attempt}', { attempt: 2 }, 'run3/7/0/0/2'],
  ['fixed', {}, 'fixed'],
  // ids are ASCII, whatever a conversation is called
  ['{conversation}', { sessionId: 'größe 1\n' }, 'gr%C3%B6%C3%9Fe%201%0A'],
  ['{conversation}', { sessionId: '\ud800' }, '%EF%BF%BD'],
])('%s of %j is %s', (template, own, id) => {
  expect(requestIdWriter(template)({ ...request, ...own })).toBe(id);
});
