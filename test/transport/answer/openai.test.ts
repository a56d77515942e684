import { describe, expect, test } from 'vitest';
import { isAnswer, readChunk } from '../../../src/transport/answer/openai.ts';

const choice = (fields: object) => ({ choices: [fields] });

test('a chunk has its id and the fingerprint of the server, if they say something', () => {
  const body = { id: 'c', system_fingerprint: 'fp', ...choice({ delta: { content: 'a' } }) };
  expect(readChunk(body)).toEqual({
    deltas: [{ kind: 'content', text: 'a' }],
    ...{ finishReason: undefined, usage: undefined, error: undefined, remark: undefined },
    ...{ isFinal: false, id: 'c', fingerprint: 'fp', unknown: [] },
  });
  expect(readChunk({ ...body, id: '', system_fingerprint: '' })).toMatchObject({
    ...{ id: undefined, fingerprint: undefined },
  });
  expect(readChunk({ ...body, id: 7, system_fingerprint: null })).toMatchObject({
    ...{ id: undefined, fingerprint: undefined },
  });
});

describe('an answer is at its end', () => {
  test.each([
    ['with a finish reason', choice({ delta: {}, finish_reason: 'stop' }), true],
    ['with one in any choice', { choices: [{ finish_reason: 'stop' }, { delta: {} }] }, true],
    ['with usage that no choice is beside', { choices: [], usage: { prompt_tokens: 1 } }, true],
    ['with usage alone', { usage: { prompt_tokens: 1 } }, true],
    ['not with usage beside a choice', { ...choice({}), usage: { prompt_tokens: 1 } }, false],
    ['not with an empty reason', choice({ delta: {}, finish_reason: '' }), false],
    ['not without choices alone', { choices: [] }, false],
  ])('%s', (_, body, isFinal) => {
    expect(readChunk(body).isFinal).toBe(isFinal);
  });
});

describe('what is not understood is named', () => {
  test.each([
    ['fields of a delta', choice({ delta: { glyphs: 'x', role: 'r' } }), ['glyphs']],
    ['not beside text', choice({ delta: { glyphs: 'x', content: 'a' } }), []],
    ['not beside a finish reason', choice({ delta: { glyphs: 'x' }, finish_reason: 'stop' }), []],
    ['fields of a body without choices', { glyphs: 'x', empty: '' }, ['glyphs']],
    ['not where there is no choice', { choices: [], glyphs: 'x' }, []],
  ])('%s', (_, body, unknown) => {
    expect(readChunk(body).unknown).toEqual(unknown);
  });

  test('a message is a remark, unless usage is beside it', () => {
    expect(readChunk({ message: 'wait' }).remark).toBe('wait');
    expect(readChunk({ message: 'wait', usage: { prompt_tokens: 1 } }).remark).toBeUndefined();
  });
});

describe('a failure', () => {
  test.each([
    ['of the body', { ...choice({ error: 'b' }), error: 'a' }, 'a'],
    ['of a choice', choice({ error: 'b', delta: { error: 'c' }, finish_reason: 'error' }), 'b'],
    ['of a delta', choice({ delta: { error: 'c' }, finish_reason: 'error' }), 'c'],
    ['by its reason', choice({ finish_reason: 'error' }), 'finish_reason "error"'],
    [
      'by a reason with a message',
      choice({ finish_reason: { type: 'abort', message: 'late' } }),
      'finish_reason "abort": late',
    ],
    ['of another choice', { choices: [{}, { error: 'd' }, { error: 'e' }] }, 'd'],
  ])('%s counts before those further in', (_, body, error) => {
    expect(readChunk(body).error).toBe(error);
  });
});

describe("TGI's own stream", () => {
  const token = { text: 'hi', special: false };
  const nothing = { remark: undefined, id: undefined, fingerprint: undefined, unknown: [] };

  test.each([
    [
      { token, generated_text: null, details: null },
      { deltas: [{ kind: 'content', text: 'hi' }], isFinal: false },
      { finishReason: undefined, usage: undefined, error: undefined },
    ],
    [
      {
        ...{ token: { text: '</s>', special: true }, generated_text: 'hi' },
        details: { finish_reason: 'eos_token', generated_tokens: 2 },
      },
      { deltas: [], isFinal: true },
      {
        ...{ finishReason: 'eos_token', error: undefined },
        usage: { usage: { outputTokens: 2 }, refused: [] },
      },
    ],
    [
      { token, details: { finish_reason: 'error' } },
      { deltas: [{ kind: 'content', text: 'hi' }], isFinal: false },
      { finishReason: 'error', usage: undefined, error: 'finish_reason "error"' },
    ],
  ])('%j', (body, said, told) => {
    expect(readChunk(body)).toEqual({ ...said, ...told, ...nothing });
  });

  test('fails as others do', () => {
    expect(readChunk({ token, error: 'boom' }).error).toBe('boom');
  });
});

test('an error beside an answer in the form of another API is one', () => {
  expect(readChunk({ done: false, response: 'x', error: 'boom' })).toMatchObject({
    ...{ error: 'boom', deltas: [] },
  });
});

test.each([
  [choice({}), true],
  [{ choices: [] }, false],
  [{ done: true }, true],
  [{ token: {} }, false],
  ['text', false],
  [null, false],
])('whether %j is an answer: %s', (body, is) => {
  expect(isAnswer(body)).toBe(is);
});
