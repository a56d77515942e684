import { expect, test } from 'vitest';
import { AnswerReader } from '../../../src/transport/answer/answer-reader.ts';
import type { ResponseEnd } from '../../../src/transport/transport.ts';
import { Recorder } from '../recorder.ts';

const content = (text: string, finish_reason?: string) => ({
  choices: [{ delta: { content: text }, finish_reason }],
});

/** The end of an answer whose chunks came at these times. */
function endOf(...chunks: [atMs: number, json: unknown][]): ResponseEnd {
  const recorder = new Recorder();
  const reader = new AnswerReader(recorder);
  for (const [atMs, json] of chunks) {
    reader.atMs = atMs;
    reader.read(json);
  }
  reader.end();
  return recorder.end!;
}

test('reads are counted that brought text, each once', () => {
  const chunks: [number, unknown][] = [
    [1, { choices: [{ delta: { role: 'assistant', content: '' } }] }],
    ...[2, 2, 5, 5, 5].map((atMs): [number, unknown] => [atMs, content('a')]),
    [9, { choices: [{ delta: {}, finish_reason: 'stop' }] }],
  ];
  expect(endOf(...chunks).reads).toBe(2);
  expect(endOf([0, content('a', 'stop')]).reads).toBe(1);
  expect(endOf([1, { choices: [{ delta: {}, finish_reason: 'stop' }] }])).not.toHaveProperty(
    'reads',
  );
});

test('an answer without text may have no output tokens; one with a letter has some', () => {
  const usage = { prompt_tokens: 9, completion_tokens: 0 };
  const silent = endOf([1, { ...content('', 'stop'), usage }]);
  expect(silent.usage).toMatchObject({ inputTokens: 9, outputTokens: 0 });
  expect(silent).not.toHaveProperty('remarks');
  const spoken = endOf([1, { ...content('a', 'stop'), usage }]);
  expect(spoken.usage).toEqual({ inputTokens: 9 });
  expect(spoken.remarks).toEqual(['usage counts nothing: outputTokens 0']);
});

test('nothing is told after an end, a failure or a cancelling, also in the middle of a chunk', () => {
  const both = { choices: [{ delta: { reasoning: 'hm', content: 'so' } }] };
  const recorder = new Recorder();
  const told: string[] = [];
  const reader: AnswerReader = new AnswerReader({
    onDelta: (kind) => {
      told.push(kind);
      reader.cancel();
    },
    onEnd: () => told.push('end'),
    onFail: () => told.push('fail'),
  });
  reader.read(both);
  reader.end();
  reader.fail('late');
  expect(told).toEqual(['reasoning']);

  const failing = new AnswerReader(recorder);
  failing.fail('boom');
  failing.read(both);
  failing.end();
  expect(recorder).toMatchObject({ deltas: [], end: undefined, failure: { message: 'boom' } });
});

test('a failure has the status of the response, and the time of the bytes that told it', () => {
  const seen: unknown[] = [];
  const observer = { onDelta: () => {}, onEnd: () => {} };
  const onFail = (failure: object, atMs: number) => seen.push({ ...failure, atMs });
  for (const options of [{}, { httpStatus: 203 }]) {
    const reader = new AnswerReader({ ...observer, onFail }, options);
    reader.atMs = 7;
    reader.read({ error: 'boom' });
  }
  const failure = { status: 'protocol', message: 'boom', atMs: 7 };
  expect(seen).toEqual([
    { ...failure, httpStatus: 200 },
    { ...failure, httpStatus: 203 },
  ]);
});

test('of names told twice the first counts, of finish reasons the last; they are cut to 80 characters', () => {
  const named = (name: string, finish_reason: string) => ({
    ...{ id: `id ${name}`, system_fingerprint: `print ${name}` },
    choices: [{ delta: { content: 'a' }, finish_reason }],
  });
  expect(endOf([1, named('a', 'stop')], [2, named('b', 'length')])).toMatchObject({
    ...{ id: 'id a', fingerprint: 'print a', finishReason: 'length' },
  });
  expect(endOf([1, content('a')], [2, named('x'.repeat(90), 'stop')])).toMatchObject({
    id: `id ${'x'.repeat(77)}...`,
  });
  const bare = endOf([1, content('a', 'stop')]);
  for (const name of ['id', 'fingerprint', 'remarks']) expect(bare).not.toHaveProperty(name);
});

test('eight fields that nobody knows are named, and no more', () => {
  const fields = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`f${i}`, 1]));
  const usage = { choices: [], usage: { completion_tokens: 3 } };
  expect(endOf([1, { choices: [{ delta: fields }] }], [2, usage]).remarks).toEqual([
    'no text was understood: 3 output tokens by usage; unknown fields: f0, f1, f2, f3, f4, f5, f6, f7',
  ]);
});

test('it is said last when the last bytes came that were a part of the answer', () => {
  const reader = new AnswerReader(new Recorder());
  const at = (atMs: number, json: unknown) => {
    reader.atMs = atMs;
    reader.read(json);
    return reader.saidMs;
  };
  expect(at(3, content('a'))).toBe(3);
  expect(reader.isComplete).toBe(false);
  expect(at(5, { choices: [{ finish_reason: 'stop' }] })).toBe(5);
  expect([reader.isComplete, reader.isFinal]).toEqual([false, true]);
  expect(at(6, { choices: [], usage: { prompt_tokens: 1 } })).toBe(6);
  expect(reader.isComplete).toBe(true);
  reader.atMs = 9;
  reader.delta('content', 'b');
  expect(reader.saidMs).toBe(9);
  reader.atMs = 10;
  reader.done();
  expect([reader.saidMs, reader.isDone]).toEqual([10, true]);
});
