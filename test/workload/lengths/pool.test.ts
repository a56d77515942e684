import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nearestIn, type PoolPrompt, readPool } from '../../../src/workload/lengths/pool.ts';
import { scratchDir } from '../scratch.ts';

const dir = scratchDir();

function fileOf(text: string): string {
  const file = join(dir, 'pool.json');
  writeFileSync(file, text);
  return file;
}

const prompt = (inputTokens: number, outputTokens: number): PoolPrompt => ({
  key: `${inputTokens}/${outputTokens}`,
  text: 't',
  inputTokens,
  outputTokens,
});

test('a prompt is as near as its own length, then as its answer’s; of two as near the shorter', () => {
  const pool = [prompt(20, 10), prompt(10, 50), prompt(10, 5), prompt(20, 10)];
  const nearest = nearestIn(pool);
  expect(nearest(10, 5)).toEqual([2]);
  expect(nearest(14, 49)).toEqual([1]);
  expect(nearest(15, 49)).toEqual([1]);
  expect(nearest(10, 27)).toEqual([2]);
  expect(nearest(10, 28)).toEqual([1]);
  expect(nearest(16, 1000)).toEqual([0, 3]);
  expect(nearest(1, 1)).toEqual([2]);
  // Whatever their answers were, where nobody knows how long this one is.
  expect(nearest(11)).toEqual([1, 2]);
});

test.each([
  [
    '{"0": {"prompt": "p", "len_prompt": 3}}',
    'prompt 0: len_output: missing; expected tokens >= 0',
  ],
  ['{"7": {"prompt": 1}}', 'prompt 7: prompt: found 1; expected a text'],
  ['{"a": 5}', 'prompt a: found 5; expected an object of prompt and len_prompt'],
  ['{}', 'found no prompt; expected at least one'],
  ['5', 'found 5; expected an object of prompts'],
])('%s is refused', (text, says) => {
  expect(() => readPool(fileOf(text))).toThrow(says);
});
