import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { withFilePaths } from '../../src/scenario/file-paths.ts';
import { freshFolder } from '../support/folders.ts';

const folder = freshFolder();
mkdirSync(join(folder, 'org/model'), { recursive: true });
const scenario = join(folder, 's.yaml');
writeFileSync(scenario, '');
const seen = (path: string): string => {
  const [near, whole] = [relative('', join(folder, path)), join(folder, path)];
  return near.length <= whole.length ? near : whole;
};

test('files that a scenario reads are relative to it; what it writes, URLs and names are not', () => {
  const distribution = { distribution: 'data', file: 'gaps.txt' };
  expect(
    withFilePaths(
      {
        conversation: {
          file: 'chats.json',
          sharegpt: { file: '../s.json' },
          trace: { file: '/data/t.jsonl' },
          tokenizer: 'org/model',
          textFile: 'text.txt',
          rounds: distribution,
        },
        pacing: { pauseSec: distribution },
        target: { ca: 'ca.pem', apiKeyFile: 'key', url: 'embedded', body: { file: 'as it is' } },
        engine: { gpu: 'own.json', modelConfig: 'config.json', tokenizer: 'Qwen/Qwen3' },
        output: { dir: 'runs', exports: [{ format: 'csv', file: 'all.csv' }] },
      },
      scenario,
    ),
  ).toEqual({
    conversation: {
      file: seen('chats.json'),
      sharegpt: { file: seen('../s.json') },
      trace: { file: '/data/t.jsonl' },
      tokenizer: seen('org/model'),
      textFile: seen('text.txt'),
      rounds: { ...distribution, file: seen('gaps.txt') },
    },
    pacing: { pauseSec: { ...distribution, file: seen('gaps.txt') } },
    target: {
      ca: seen('ca.pem'),
      apiKeyFile: seen('key'),
      url: 'embedded',
      body: { file: 'as it is' },
    },
    engine: { gpu: seen('own.json'), modelConfig: seen('config.json'), tokenizer: 'Qwen/Qwen3' },
    output: { dir: 'runs', exports: [{ format: 'csv', file: 'all.csv' }] },
  });
});

test('a shipped profile is no file', () => {
  expect(withFilePaths({ engine: { gpu: 'a100' } }, scenario)).toEqual({ engine: { gpu: 'a100' } });
});

test('one that is in the current folder and not where the scenario is: the path that is meant', () => {
  const input = { conversation: { file: 'package.json' } };
  expect(() => withFilePaths(input, scenario)).toThrow(
    `conversation.file: found package.json, which is not in ${folder}; paths in a scenario are relative to it: ${relative(folder, 'package.json')}`,
  );
});

test('a scenario from a pipe has no folder: its paths are seen from the current one', () => {
  const input = { conversation: { file: 'chats.json' } };
  expect(withFilePaths(input, '/dev/null')).toBe(input);
});
