import { expect, test } from 'vitest';
import { AnswerReader } from '../../src/transport/answer-reader.ts';
import type { ResponseEnd } from '../../src/transport/transport.ts';
import { Recorder } from './recorder.ts';

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
