import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import { openWorkload } from '../../src/workload/load.ts';
import { keptDir, scenarioOf, scratchDir, shareGptItem, shortText, writeJson } from './scratch.ts';

const dir = scratchDir();
const cacheDir = keptDir();
const textFile = shortText(dir);
const data = writeJson(dir, 'data.json', [shareGptItem('a', 'q', 'a')]);

async function digest(conversation: object = {}, rest: ScenarioInput = {}): Promise<string> {
  const workload = await openWorkload(scenarioOf({ textFile, ...conversation }, rest), {
    cacheDir,
  });
  return workload.digest;
}

const recorded = (sharegpt: object) => ({ source: 'sharegpt', rounds: 1, sharegpt });

describe('the digest', () => {
  test.each<[string, object, ScenarioInput]>([
    ['the seed', {}, { seed: 2 }],
    ['pacing', {}, { pacing: { pauseSec: 9 } }],
    ['a length', { userHistory: { tokens: 1 } }, {}],
    ['the text', { textFile: shortText(scratchDir(), 30_000) }, {}],
    ['the kind of text', { text: 'hi' }, {}],
    ['the source', recorded({ file: data }), {}],
  ])('changes with %s', async (_, conversation, rest) => {
    expect(await digest(conversation, rest)).not.toBe(await digest());
  });

  test.each<[string, object, ScenarioInput]>([
    ['the target', {}, { target: { url: 'http://localhost:1' } }],
    ['the name', {}, { name: 'other' }],
    ['arrivals', {}, { population: { arrivals: { process: 'poisson', usersPerSec: 9 } } }],
    ['where the text is', { textFile: copied(textFile, 'moved.txt') }, {}],
  ])('does not change with %s', async (_, conversation, rest) => {
    expect(await digest(conversation, rest)).toBe(await digest());
  });

  test('is that of the data, not of its place', async () => {
    const moved = copied(data, 'moved.json');
    expect(await digest(recorded({ file: moved }))).toBe(await digest(recorded({ file: data })));
    const other = writeJson(dir, 'other.json', [shareGptItem('a', 'q', 'other')]);
    expect(await digest(recorded({ file: other }))).not.toBe(
      await digest(recorded({ file: data })),
    );
  });

  test('is that of the numbers in a data file', async () => {
    const file = join(dir, 'rounds.txt');
    const rounds = { distribution: 'data', file };
    writeFileSync(file, '1\n2\n');
    const before = await digest({ rounds });
    writeFileSync(file, '1\n3\n');
    expect(await digest({ rounds })).not.toBe(before);
  });
});

test('the notes say which text is cut and what counted it', async () => {
  const { notes } = await openWorkload(scenarioOf({ textFile }), { cacheDir });
  expect(notes).toEqual([
    expect.stringMatching(/^text: short.txt, \d+ tokens, counted with gpt2$/),
  ]);
});

function copied(file: string, name: string): string {
  copyFileSync(file, join(dir, name));
  return join(dir, name);
}
