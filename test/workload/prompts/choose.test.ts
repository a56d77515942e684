import { describe, expect, test } from 'vitest';
import type { ScenarioInput } from '../../../src/scenario/schema.ts';
import { openWorkload } from '../../../src/workload/load.ts';
import { chosenPrompts } from '../../../src/workload/prompts/choose.ts';
import type { Prompt } from '../../../src/workload/prompts/read-prompts.ts';
import { scenarioOf, scratchDir, writeJson } from '../scratch.ts';

const dir = scratchDir();

const all = [5, 50, 2000, 6, undefined, 7, 3000].map(
  (outputTokens, i): Prompt => ({ text: String(i), outputTokens }),
);
const inputs = [10, 3, 10, 2000, 10, 10, 10];

function chosen(prompts: object, seed = 0): string[] {
  const conversation = { source: 'prompts', file: 'x.json', prompts };
  return chosenPrompts(scenarioOf(conversation, { seed }), { all, inputs }).map(({ text }) => text);
}

describe('which prompts of a list are said', () => {
  test.each([
    ['all of them', {}, '0123456'],
    ['those that are long enough', { minInputTokens: 4 }, '023456'],
    ['those whose answers are; of unknown ones nobody knows', { minOutputTokens: 7 }, '12456'],
    ['those that are not too long', { maxInputTokens: 100 }, '012456'],
    ['nor with their answers', { maxTotalTokens: 2009 }, '01345'],
    ['the first of those that are left', { minInputTokens: 4, limit: 2 }, '02'],
    ['half short, half long', { halvesAtTokens: 1000, limit: 4 }, '0126'],
    ['more long ones where short ones are few', { halvesAtTokens: 6, limit: 6 }, '041235'],
    ['an odd number: one more long one', { halvesAtTokens: 1000, limit: 3 }, '026'],
  ])('%s', (_, prompts, expected) => {
    expect(chosen(prompts).join('')).toBe(expected);
  });

  test('shuffled as Python does, before or after they are chosen', () => {
    // By Python's random.seed(3), of seven and of three.
    expect(chosen({ shuffle: 'all' }, 3).join('')).toBe(SHUFFLED);
    expect(chosen({ shuffle: 'all', limit: 2 }, 3).join('')).toBe(SHUFFLED.slice(0, 2));
    expect(chosen({ shuffle: 'chosen', limit: 3 }, 3).join('')).toBe(THREE);
  });
});

const SHUFFLED = '0236541';
const THREE = '120';

describe('lengths that the data expect', () => {
  const file = writeJson(dir, 'oracle.json', [
    { input: 'One two three four', output_len: 90, output_tokens: 20, output_tokens_noise_50: 33 },
    { input: 'Five six seven eight', output_len: 9, output_tokens: 0 },
  ]);
  const opened = (prompts: object, sampling: ScenarioInput['sampling'] = {}) =>
    openWorkload(scenarioOf({ source: 'prompts', file, prompts }, { sampling }), { cacheDir: dir });

  test('are the field that is named, and limits are the answers’ own: never 0', async () => {
    const workload = await opened({ expected: 'output_tokens_noise_50' });
    const turns = [1, 2].map((user) => workload.conversation(user).turns[0]!);
    expect(turns.map(({ expectedTokens }) => expectedTokens)).toEqual([33, undefined]);
    expect(turns.map(({ maxTokens }) => maxTokens)).toEqual([20, 1]);
  });

  test('have to be there of every prompt where priorities go by them', async () => {
    const priority = { priority: 'expected' as const };
    await expect(opened({ expected: 'output_tokens_noise_50' }, priority)).rejects.toThrow(
      /oracle.json: item 1: output_tokens_noise_50: missing.*expected one of output_tokens/,
    );
    await expect(opened({}, priority)).resolves.toBeDefined();
  });

  test('are nothing that another source has', () => {
    expect(() => scenarioOf({}, { sampling: { priority: 'expected' } })).toThrow(
      "'expected' needs source: prompts",
    );
    expect(() => scenarioOf({ prompts: {} })).toThrow('only with source: prompts');
  });

  test('none is left: what was asked for is told', async () => {
    await expect(opened({ minInputTokens: 1000 })).rejects.toThrow(
      /none of the 2 prompts of .* is left/,
    );
  });
});
