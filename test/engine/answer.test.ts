import { expect, test } from 'vitest';
import { answer } from '../../src/engine/answer.ts';
import { words } from './bench.ts';

const options = { seed: 0, answerTokens: 100, answerCv: 0.5 };

function ask(prompt: number, overrides: Partial<Parameters<typeof answer>[0]> = {}, seed = 0) {
  const request = {
    promptTokens: Int32Array.of(5, 6, prompt),
    maxTokens: 10_000,
    minTokens: 0,
    ignoreEos: false,
    seed: undefined,
    ...overrides,
  };
  const { wordIndexes, finishReason } = answer(request, { ...options, seed }, words);
  return { indexes: [...wordIndexes], finishReason };
}

test.each([
  ['ignore_eos', { maxTokens: 300, ignoreEos: true }],
  ['min_tokens = max_tokens', { maxTokens: 300, minTokens: 300 }],
  ['a limit below what it would have been', { maxTokens: 3 }],
])('%s gives exactly max_tokens, for reason length', (_, limits) => {
  const { indexes, finishReason } = ask(1, limits);
  expect(indexes).toHaveLength(limits.maxTokens);
  expect(finishReason).toBe('length');
});

test('an answer without limits is lognormal about the mean, and stops by itself', () => {
  const lengths = Array.from({ length: 4000 }, (_, prompt) => ask(prompt).indexes.length);
  const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
  const variance = lengths.reduce((sum, length) => sum + (length - mean) ** 2, 0) / lengths.length;
  // Standard errors: 0.8 of the mean, about 0.01 of the coefficient of variation.
  expect(Math.abs(mean - 100)).toBeLessThan(3);
  expect(Math.abs(Math.sqrt(variance) / mean - 0.5)).toBeLessThan(0.04);
  expect(ask(1).finishReason).toBe('stop');
});

test('min_tokens lengthens an answer that would have been shorter', () => {
  expect(ask(1, { minTokens: 2000 }).indexes).toHaveLength(2000);
});

test('the same request has the same answer; another prompt, seed or request seed another one', () => {
  const answers = [ask(1), ask(2), ask(1, {}, 7), ask(1, { seed: 3 })];
  expect(ask(1)).toEqual(answers[0]);
  expect(new Set(answers.map((one) => one.indexes.join())).size).toBe(4);
});

test('a higher limit only goes on further', () => {
  const [short, long] = [20, 40].map((maxTokens) => ask(1, { maxTokens, ignoreEos: true }).indexes);
  expect(long!.slice(0, 20)).toEqual(short);
});
