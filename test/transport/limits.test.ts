import { expect, test } from 'vitest';
import { answerLimits, megabytes } from '../../src/transport/limits.ts';
import { read } from './reading.ts';

const event = (body: unknown) => `data: ${JSON.stringify(body)}\n\n`;
const content = (text: string) => event({ choices: [{ delta: { content: text } }] });
const limits = answerLimits(10, 1000);

test('limits follow from what was asked for', () => {
  expect(answerLimits(100).deltas).toBe(1800);
  expect(answerLimits().deltas).toBe(1_000_000);
  expect(megabytes(answerLimits().bytes)).toBe('64 MB');
});

test.each([
  ['a line', `data: ${'x'.repeat(2000)}`, 'an event is longer than 0.000954 MB'],
  ['data over many lines', 'data: xxxxxxxxx\n'.repeat(200), 'an event is longer than 0.000954 MB'],
  ['a document', `{"a":"${'x'.repeat(2000)}"}`, 'the response is longer than 0.000954 MB'],
  ['all text', content('x'.repeat(90)).repeat(20), 'the answer is longer than 0.000954 MB'],
  [
    'deltas',
    content('x').repeat(2000),
    'the answer does not end: more than 360 deltas came for max_tokens 10',
  ],
])('%s beyond them is a failure, however it is cut', (_, body, failure) => {
  const bytes = Buffer.from(body);
  const pieces = Array.from({ length: Math.ceil(bytes.length / 100) }, (_, index) =>
    bytes.subarray(index * 100, index * 100 + 100),
  );
  expect(read([bytes], { limits }).failure).toBe(failure);
  expect(read(pieces, { limits }).failure).toBe(failure);
});

test('a stream of any length is none, whose lines and texts are short', () => {
  const body = `: ${'x'.repeat(900)}\n\n`.repeat(50) + content('a') + 'data: [DONE]\n\n';
  expect(read([body], { limits })).toMatchObject({ deltas: ['content:a'], end: {} });
});

test('blanks without end take no memory, and are no answer', () => {
  expect(
    read(
      Array.from({ length: 100 }, () => ' \n'.repeat(100)),
      { limits },
    ).failure,
  ).toBe('empty response');
});
