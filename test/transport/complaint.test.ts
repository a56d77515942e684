import { describe, expect, test } from 'vitest';
import { complaintOf, remarkOf } from '../../src/transport/complaint.ts';
import { read } from './reading.ts';

test.each([
  // OpenAI, vLLM, TGI, SGLang
  [{ error: { message: 'boom', code: 500 } }, 'boom (code 500)'],
  [{ error: 'boom', error_type: 'generation' }, 'boom'],
  [{ error_type: 'generation', error: 'boom' }, 'boom'],
  [{ object: 'error', message: 'boom', code: 40303 }, 'boom (code 40303)'],
  // frameworks and gateways
  [{ errors: [{ message: 'boom' }, { message: 'bang' }] }, 'boom'],
  [{ errors: ['boom'] }, 'boom'],
  [{ error_msg: 'quota', error_code: 336003 }, 'quota (code 336003)'],
  [{ error_code: 7, msg: 'no model' }, 'no model (code 7)'],
  [{ errorMessage: 'Task timed out', errorType: 'x' }, 'Task timed out'],
  [{ err: { msg: 'boom' } }, 'boom'],
  [{ exception: 'ValueError: boom' }, 'ValueError: boom'],
  [{ fault: { faultstring: 'Rate limit' } }, 'Rate limit'],
  [{ error: true, message: 'boom' }, 'boom'],
  [{ error: 'Bad Request', message: 'no such model', status: 400 }, 'Bad Request: no such model'],
  [{ success: false, message: 'boom' }, 'boom'],
  [{ status: 'failed', detail: 'boom' }, 'boom'],
  [{ status: 503, title: 'Busy', detail: 'try later' }, 'try later'],
  [{ code: 'InvalidKey', message: 'no', status: 'error' }, 'no (code InvalidKey)'],
  [{ base_resp: { status_code: 1004, status_msg: 'login' } }, 'login (code 1004)'],
  [{ type: 'response.failed', response: { error: { message: 'boom' } } }, 'boom'],
  [{ error: { error: { message: 'inner' } } }, 'inner'],
])('%j complains: %s', (body, complaint) => {
  expect(complaintOf(body)).toBe(complaint);
});

test.each([
  {},
  { error: null },
  { error: '' },
  { error: {} },
  { errors: [] },
  { error: false },
  { error_code: 0, error_msg: 'success' },
  { base_resp: { status_code: 0, status_msg: '' } },
  { status: 'ok', message: 'queued' },
  { code: 200, message: 'success' },
  { error_rate: 0.1 },
  { type: 'ping' },
])('%j does not', (body) => {
  expect(complaintOf(body)).toBeUndefined();
});

test('errors within errors without end are only named', () => {
  const deep = '{"error":'.repeat(50_000) + '1' + '}'.repeat(50_000);
  expect(complaintOf(JSON.parse(deep))).toBe('{…}');
  const list = `{"error":{"message":${'['.repeat(50_000)}${']'.repeat(50_000)}}}`;
  expect(complaintOf(JSON.parse(list))).toBe('[…]');
});

describe('a message beside the answer', () => {
  const event = (body: object) => `data: ${JSON.stringify(body)}\n\n`;
  const content = event({ choices: [{ delta: { content: 'a' } }] });
  const finish = event({ choices: [{ delta: {}, finish_reason: 'stop' }] });
  const detail = event({ detail: 'worker restarted' });
  const done = 'data: [DONE]\n\n';

  test('is a complaint if no finish reason or usage comes', () => {
    expect(read([content, detail, done]).failure).toBe('worker restarted');
    expect(read([content, detail]).failure).toBe(
      'stream ended without finish_reason or [DONE]: worker restarted',
    );
  });

  test('is none where the answer ends well', () => {
    expect(read([detail, content, finish, done])).toMatchObject({ deltas: ['content:a'], end: {} });
  });

  test('is told with its code', () => {
    expect(remarkOf({ message: 'boom', code: 7 })).toBe('boom (code 7)');
  });
});

test.each([
  ['in a choice', { choices: [{ delta: { content: '' }, error: { message: 'lost', code: 502 } }] }],
  ['in a delta', { choices: [{ delta: { error: { message: 'lost', code: 502 } } }] }],
])('an error %s is a failure', (_, body) => {
  expect(read([`data: ${JSON.stringify(body)}\n\ndata: [DONE]\n\n`]).failure).toBe(
    'lost (code 502)',
  );
});

test.each(['exception', 'failed', 'abort', 'Error'])('an event named %s is a failure', (name) => {
  expect(read([`event: ${name}\ndata: boom\n\n`]).failure).toBe('boom');
  expect(read([`event: ${name}\n: worker died\n\ndata: [DONE]\n\n`]).failure).toBe('worker died');
});

test.each([
  [{ finish_reason: 'abort' }, 'finish_reason "abort"'],
  [{ finish_reason: { type: 'abort', message: 'too long' } }, 'finish_reason "abort": too long'],
])('%j is a failure, also after text and usage', (fields, failure) => {
  const text = { choices: [{ delta: { content: 'a' } }], usage: { completion_tokens: 1 } };
  const events = [text, { choices: [{ delta: {}, ...fields }] }].map(
    (body) => `data: ${JSON.stringify(body)}\n\n`,
  );
  expect(read([...events, 'data: [DONE]\n\n'])).toMatchObject({ deltas: ['content:a'], failure });
});
