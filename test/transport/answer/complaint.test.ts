import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { complaintOf, remarkOf } from '../../../src/transport/answer/complaint.ts';
import { read } from '../reading.ts';

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
  [{ errors: ['b'], exception: 'c', error: 'a' }, 'a'],
  [[{ error: { message: 'first' } }, { error: 'second' }], 'first'],
  [{ Response: { Error: { Message: 'inner' } }, error: 'outer' }, 'inner'],
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

describe('an error says what it is about', () => {
  const messages = [
    ...['message', 'msg', 'Message', 'error_message', 'errorMessage', 'error_msg', 'errmsg'],
    ...['detail', 'details', 'description', 'error_description', 'faultstring', 'status_msg'],
    ...['reason', 'title'],
  ];
  const codes = [
    ...['code', 'http_status_code', 'status_code', 'error_code', 'errorCode', 'errcode'],
  ];

  test.each(messages)('in %s', (name) => {
    expect(complaintOf({ error: { [name]: 'boom', type: 'x' } })).toBe('boom');
    expect(remarkOf({ [name]: 'boom', type: 'x' })).toBe('boom');
  });

  test.each(codes)('with its %s', (name) => {
    expect(complaintOf({ error: { message: 'boom', [name]: 7 } })).toBe('boom (code 7)');
  });

  test('in the first of them that says something, with the first code that there is', () => {
    const some = (names: string[], ...values: unknown[]) =>
      fc.array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...values)), { minLength: 1 });
    fc.assert(
      fc.property(
        some(messages, 'said', '', null),
        some(codes, 'given', null),
        (texts, numbers) => {
          const error: Record<string, unknown> = {};
          for (const [name, value] of texts) error[name] = value && `<${name}>`;
          for (const [name, value] of numbers) error[name] = value && `#${name}`;
          const message = messages.find((name) => error[name]);
          const code = codes.find((name) => error[name] !== undefined && error[name] !== null);
          fc.pre(message !== undefined);
          expect(complaintOf({ error })).toBe(
            `<${message}>${code === undefined ? '' : ` (code #${code})`}`,
          );
        },
      ),
    );
  });

  test.each([
    ['a code that the message names', { message: 'boom 503', code: 503 }, 'boom 503'],
    ['a code that is none', { message: 'boom', code: { a: 1 } }, 'boom'],
    ['no message', { kind: 7 }, '{"kind":7}'],
    ['a message that is no text', { message: ['a', 1] }, '["a",1]'],
  ])('%s: %j', (_, error, complaint) => {
    expect(complaintOf({ error })).toBe(complaint);
  });

  test('in the fourth error within, and no deeper', () => {
    const nested = (depth: number): object =>
      depth === 0 ? { message: 'boom' } : { error: nested(depth - 1), message: `at ${depth}` };
    expect(complaintOf(nested(5))).toBe('boom');
    expect(complaintOf(nested(6))).toBe('at 1');
  });
});

describe('a key of an error', () => {
  test.each([
    ...['err', 'error', 'errors', 'fault', 'exception', 'failure', 'traceback', 'Error', 'Fault'],
    ...['Exception', 'Failure', 'Traceback', 'error_msg', 'errorMessage', 'error-messages'],
    ...['errText', 'error_details', 'errorInfo', 'error_description', 'error_string'],
    'fault_reason',
  ])('%s has the message in it', (key) => {
    expect(complaintOf({ id: 1, [key]: 'boom' })).toBe('boom');
  });

  test.each(['error_code', 'err_no', 'errno', 'ErrorCode'])(
    '%s has it beside, though the code be a text',
    (key) => {
      expect(complaintOf({ [key]: 'E7', message: 'boom' })).toMatch(/^boom/);
      expect(complaintOf({ [key]: 7, reason: 'boom' })).toMatch(/^boom/);
    },
  );

  test.each(['error_rate', 'errored', 'terror', 'fail', 'e', '', 'tracebacks'])(
    '%j is none',
    (key) => {
      expect(complaintOf({ [key]: 'boom' })).toBeUndefined();
    },
  );

  test.each(['0', 'false', 'n/a', 'NA', 'no error', 'None', 'null', 'OK', 'success', 'Successful'])(
    'says by %j that all is well',
    (text) => {
      expect(complaintOf({ error: text, error_msg: text })).toBeUndefined();
    },
  );

  test.each(['00', 'not ok', 'unsuccessful', 'no'])('says by %j that it is not', (text) => {
    expect(complaintOf({ error: text })).toBe(text);
  });

  test('with a short text is the title of the message beside it, a longer one says it all', () => {
    const [short, long] = ['x'.repeat(39), 'x'.repeat(40)];
    expect(complaintOf({ error: short, message: 'boom' })).toBe(`${short}: boom`);
    expect(complaintOf({ error: long, message: 'boom' })).toBe(long);
    expect(complaintOf({ error: 'boom', message: 'it went boom' })).toBe('it went boom');
  });
});

describe('an outcome', () => {
  test.each<[object, string]>([
    [{ object: 'error', message: 'boom' }, 'boom'],
    [{ success: false, message: 'boom' }, 'boom'],
    [{ ok: false, message: 'boom' }, 'boom'],
    [{ base_resp: { status_code: -1, status_msg: 'boom' } }, 'boom (code -1)'],
    ...['error', 'fail', 'failed', 'failure', 'aborted', 'Cancelled', 'canceled'].flatMap(
      (word): [object, string][] => [
        [{ status: word, message: 'boom' }, 'boom'],
        [{ type: word, message: 'boom' }, 'boom'],
      ],
    ),
    [{ type: 'response.failed', message: 'boom' }, 'boom'],
    [{ type: 'stream.error', message: 'boom' }, 'boom'],
    [{ status: 400, message: 'boom' }, 'boom'],
    [{ code: 400, message: 'boom' }, 'boom (code 400)'],
    // An answer says so in these words only.
    [{ choices: [{}], success: false, message: 'boom' }, 'boom'],
  ])('%j is a failure', (body, complaint) => {
    expect(complaintOf(body)).toBe(complaint);
  });

  test.each([
    { object: 'list', message: 'fine' },
    { success: true, ok: true, message: 'fine' },
    { base_resp: { status_code: '0' }, message: 'fine' },
    { status: 'errors', type: 'failing', message: 'fine' },
    { status: 399, message: 'fine' },
    { code: '400', message: 'fine' },
    { code: 400 },
    { choices: [{}], status: 'failed', message: 'fine' },
    { choices: [{}], code: 500, message: 'fine' },
  ])('%j is none', (body) => {
    expect(complaintOf(body)).toBeUndefined();
  });

  test('of an answer without choices counts', () => {
    expect(complaintOf({ choices: [], status: 'failed', message: 'boom' })).toBe('boom');
  });
});
