import { describe, expect, test } from 'vitest';
import { answer } from '../../src/engine/answer.ts';
import { words } from '../support/engine-rig.ts';

const options = { seed: 0, answerTokens: 100, answerCv: 0.5, reasoningTokens: 0 };

function ask(prompt: number, overrides: Partial<Parameters<typeof answer>[0]> = {}, seed = 0) {
  const request = {
    promptTokens: Int32Array.of(5, 6, prompt),
    maxTokens: 10_000,
    minTokens: 0,
    ignoreEos: false,
    seed: undefined,
    ...overrides,
  };
  const { wordIndexes, finishReason } = answer(request, { ...options, seed }, words.length);
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

describe('with reasoning', () => {
  const thinking = { ...options, reasoningTokens: 40 };
  const [open, close] = [words.length, words.length + 1];
  const think = (prompt: number, maxTokens = 10_000) =>
    answer(
      {
        promptTokens: Int32Array.of(5, 6, prompt),
        maxTokens,
        minTokens: 0,
        ignoreEos: false,
        seed: 1,
      },
      thinking,
      words.length,
    );

  test('its marks are tokens around it, and the content is what it would have been', () => {
    const { wordIndexes, reasoningTokens } = think(1);
    expect([wordIndexes[0], wordIndexes[reasoningTokens + 1]]).toEqual([open, close]);
    expect([...wordIndexes.slice(reasoningTokens + 2)]).toEqual(ask(1, { seed: 1 }).indexes);
    expect(Math.max(...wordIndexes.slice(1, reasoningTokens + 1))).toBeLessThan(words.length);
  });

  test('its length is drawn about its mean, for every prompt anew', () => {
    const lengths = Array.from({ length: 4000 }, (_, prompt) => think(prompt).reasoningTokens);
    const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
    // Standard error: 0.3.
    expect(Math.abs(mean - 40)).toBeLessThan(1.2);
    expect(new Set(lengths).size).toBeGreaterThan(50);
  });

  test.each([
    // limit, reasoning tokens: the open mark is one of the answer's tokens, too
    [1, 0],
    [2, 1],
    [5, 4],
  ])('a limit of %d tokens cuts it to %d', (maxTokens, reasoningTokens) => {
    const cut = think(1, maxTokens);
    expect(cut).toMatchObject({ reasoningTokens, finishReason: 'length' });
    expect([...cut.wordIndexes]).toEqual([...think(1).wordIndexes.slice(0, maxTokens)]);
  });
});
