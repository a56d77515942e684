import { expect, test } from 'vitest';
import { tellCounting } from '../../../src/workload/files/cost.ts';
import { openWorkload } from '../../../src/workload/load.ts';
import { scenarioOf, scratchDir, writeJson } from '../scratch.ts';
import { toyTokenizer } from '../toy-tokenizer.ts';

test.each([
  [1_000_000, undefined],
  [12_000_000, 'counting the tokens of x.json, 12 MB: about 12 s, once, as the counts are kept'],
  [
    700_000_000,
    'counting the tokens of x.json, 700 MB: about 12 min, once, as the counts are kept',
  ],
])('what counting %i bytes takes is told where it is long', (bytes, line) => {
  const told: string[] = [];
  tellCounting((one) => told.push(one), { what: 'x.json', bytes, cacheDir: 'kept' });
  expect(told).toEqual(line === undefined ? [] : [line]);
});

test('how far it is is told in tenths, and at the end where the counts are', () => {
  const told: string[] = [];
  const tell = (one: string) => told.push(one);
  const progress = tellCounting(tell, { what: 'x.json', bytes: 50e6, cacheDir: '/kept' });
  for (let i = 0; i < 50; i++) progress.counted(1e6);
  progress.done();
  expect(told).toHaveLength(11);
  expect(told.slice(1, 3)).toEqual(['counted 5 of 50 MB', 'counted 10 of 50 MB']);
  expect(told.at(-1)).toBe(
    'counted the tokens of x.json; the counts are kept in /kept, where the next start finds them',
  );
});

test('of counts that are kept nowhere it is not said that they are', () => {
  const told: string[] = [];
  const progress = tellCounting((one) => told.push(one), { what: 'x.json', bytes: 50e6 });
  progress.done();
  expect(told).toEqual([
    'counting the tokens of x.json, 50 MB: about 50 s',
    'counted the tokens of x.json',
  ]);
});

test('a long preparation is told before it begins, while it lasts, and once', async () => {
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
    expect.stringContaining(`the counts are kept in ${dir}, where the next start finds them`),
  ]);
});
