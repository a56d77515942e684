import { expect, test } from 'vitest';
import { tellCounting } from '../../../src/workload/files/cost.ts';
import { openWorkload } from '../../../src/workload/load.ts';
import { scenarioOf, scratchDir, writeJson } from '../scratch.ts';
import { toyTokenizer } from '../toy-tokenizer.ts';

test.each([
  [1_000_000, undefined],
  [12_000_000, 'counting the tokens of x.json, 12 MB: about 20 s, once, as the counts are kept'],
  [
    700_000_000,
    'counting the tokens of x.json, 700 MB: about 19 min, once, as the counts are kept',
  ],
])('what counting %i bytes takes is told where it is long', (bytes, line) => {
  const told: string[] = [];
  tellCounting((one) => told.push(one), bytes, 'x.json');
  expect(told).toEqual(line === undefined ? [] : [line]);
});

test('a long preparation is told before it begins, and once', async () => {
  const dir = scratchDir();
  const tokenizer = toyTokenizer(dir, ['one']);
  // Long, and quickly counted.
  const text = `one${' '.repeat(80_000)}`;
  const messages = [
    { role: 'user', content: text },
    { role: 'assistant', content: 'one' },
  ];
  const file = writeJson(
    dir,
    'long.json',
    Array.from({ length: 80 }, (_, id) => ({ id, messages })),
  );
  const told: string[] = [];
  const open = () =>
    openWorkload(scenarioOf({ tokenizer, source: 'file', file, maxMessages: 2 }), {
      cacheDir: dir,
      tell: (line) => told.push(line),
    });
  const counts = (await open()).conversation(1).turns[0]!.messageTokens;
  await open();
  expect(counts).toBeGreaterThan(0);
  expect(told).toEqual([
    expect.stringMatching(/^counting the tokens of .*long\.json, 6 MB: about/),
  ]);
});
