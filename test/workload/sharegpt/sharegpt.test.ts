import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { ScenarioInput } from '../../../src/scenario/schema.ts';
import { conversationsIn, recordedIn } from '../../../src/workload/chats/chat-file.ts';
import type { Workload } from '../../../src/workload/conversation.ts';
import { openWorkload } from '../../../src/workload/load.ts';
import * as tokenizers from '../../../src/workload/tokenizer/tokenizer.ts';
import { loadTokenizer, type Tokenizer } from '../../../src/workload/tokenizer/tokenizer.ts';
import { absent, sharedFile, titled } from '../../support/needs.ts';
import { keptDir, scenarioOf, scratchDir, shareGptItem, shortText, writeJson } from '../scratch.ts';
import { toyTokenizer } from '../toy-tokenizer.ts';

const dir = scratchDir();
const cacheDir = keptDir();
const textFile = shortText(dir);
// Its few tokens load at once; these words are one token each.
const toy = toyTokenizer(dir, 'yes it is no one two three four five six'.split(' '));

let gpt2: Tokenizer;
beforeAll(async () => {
  gpt2 = await loadTokenizer('gpt2');
});

interface Settings {
  readonly sharegpt?: object;
  readonly [setting: string]: unknown;
}

async function open(file: string, settings: Settings = {}, rest: ScenarioInput = {}) {
  const { sharegpt, ...others } = settings;
  const conversation = { source: 'sharegpt', tokenizer: toy, rounds: 2, textFile, ...others };
  const scenario = scenarioOf({ ...conversation, sharegpt: { file, ...sharegpt } }, rest);
  return openWorkload(scenario, { cacheDir });
}

function said(workload: Workload, userId: number): string[] {
  return workload.conversation(userId).turns.map(({ message }) => message.text);
}

const THREE = writeJson(dir, 'three.json', [
  shareGptItem('a', 'a1', 'yes', 'a2', 'yes it is', 'a3', 'no'),
  shareGptItem('b', 'b1', '', 'b2', 'one two three four five six'),
  shareGptItem('c', 'c1', 'x', 'c2', 'y'),
]);

describe('users', () => {
  test('take the items in turn, and begin again after the last', async () => {
    const workload = await open(THREE);
    const seen = [0, 1, 2, 3, 10].map((userId) => said(workload, userId));
    expect(seen).toEqual([
      ['a1', 'a2'],
      ['b1', 'b2'],
      ['c1', 'c2'],
      ['a1', 'a2'],
      ['b1', 'b2'],
    ]);
  });

  test('get the recorded answers, and as many tokens as they have, at least one', async () => {
    const { turns } = (await open(THREE)).conversation(1);
    expect(turns.map((turn) => [turn.recordedAnswer?.text, turn.maxTokens])).toEqual([
      ['', 1],
      ['one two three four five six', 6],
    ]);
    expect(turns[0]!.recordedAnswer!.role).toBe('assistant');
    expect(turns[0]!.messageTokens).toBe(3);
    expect(turns[1]!.minTokens).toBeUndefined();
  });

  test('get no more than the cap, exactly that if it is forced', async () => {
    const { turns } = (await open(THREE, { answer: { tokens: 4, force: true } })).conversation(1);
    expect(turns.map((turn) => [turn.maxTokens, turn.minTokens])).toEqual([
      [1, 1],
      [4, 4],
    ]);
  });

  test('are shuffled by the seed alone', async () => {
    const file = writeJson(
      dir,
      'many.json',
      Array.from({ length: 30 }, (_, i) => shareGptItem(`${i}`, `q${i}`, 'a')),
    );
    const order = async (seed: number, shuffle: boolean) => {
      const workload = await open(file, { rounds: 1, sharegpt: { shuffle } }, { seed });
      return Array.from({ length: 30 }, (_, userId) => said(workload, userId)[0]!);
    };
    const [plain, one, again, two] = [
      await order(1, false),
      await order(1, true),
      await order(1, true),
      await order(2, true),
    ];
    expect(again).toEqual(one);
    expect(two).not.toEqual(one);
    expect(one).not.toEqual(plain);
    expect([...one].sort()).toEqual([...plain].sort());
  });
});

describe('what comes first', () => {
  test('is the shared part and the history, as for synthetic users', async () => {
    const workload = await open(THREE, {
      tokenizer: 'gpt2',
      systemPrompt: { tokens: 20 },
      userHistory: { tokens: 30 },
    });
    const { opening, turns, sharedTokens } = workload.conversation(0);
    expect(opening.map(({ role, text }) => [role, gpt2.count(text)])).toEqual([['system', 20]]);
    expect(sharedTokens).toBe(20);
    expect(turns[0]!.message.text.endsWith(' a1')).toBe(true);
    expect(turns[0]!.messageTokens).toBe(30 + gpt2.count('a1'));
    expect(turns[1]!.message.text).toBe('a2');
  });

  test('is the `hi` text of multi-round-qa.py, if that is asked for', async () => {
    const workload = await open(THREE, { text: 'hi', systemPrompt: { tokens: 1 } });
    expect(said(workload, 3)[0]).toBe(
      "Hi, here's some system prompt: hi.For user 3, here are some other context: .a1",
    );
  });

  test('joins a recorded system message to the shared one', async () => {
    const conversations = [
      { from: 'system', value: 'Be brief.' },
      ...shareGptItem('', 'q', 'a').conversations,
    ];
    const file = writeJson(dir, 'system.json', [{ id: 's', conversations }]);
    const alone = (await open(file, { rounds: 1 })).conversation(0);
    expect(alone.opening.map(({ role, text }) => [role, text])).toEqual([['system', 'Be brief.']]);
    const both = await open(file, { rounds: 1, systemPrompt: { text: 'Be kind.' } });
    expect(both.conversation(0).opening.map(({ text }) => text)).toEqual(['Be kind.\n\nBe brief.']);
  });
});

describe('filters', () => {
  const file = writeJson(dir, 'mixed.json', [
    shareGptItem('short', 'q', 'a'),
    shareGptItem('long question', 'one two three four five six', 'a', 'q', 'a'),
    shareGptItem('long answer', 'q', 'a', 'q', 'one two three four five six'),
    {
      id: 'roles',
      conversations: [
        { from: 'human', value: 'q' },
        { from: 'observation', value: 'a' },
      ],
    },
    shareGptItem('fits', 'f1', 'a', 'f2', 'a'),
    {
      id: 'late',
      conversations: [
        { from: 'gpt', value: 'Hi!' },
        ...shareGptItem('', 'l1', 'a', 'l2', 'a').conversations,
      ],
    },
    'nonsense',
  ]);

  test('leave items out, and the notes count them by reason and name the first', async () => {
    const workload = await open(file, { sharegpt: { maxInputTokens: 5, maxOutputTokens: 5 } });
    expect([0, 1, 2].map((userId) => said(workload, userId)[0])).toEqual(['f1', 'l1', 'f1']);
    expect(workload.notes).toEqual([
      `conversations: 2 of the first 7 in ${file}, tokens counted by ${toy}`,
      '1 left out: fewer than 2 rounds (first: line 1, item 0, id short, 1)',
      '1 left out: a question of over 5 tokens (first: line 1, item 1, id long question, 6)',
      '1 left out: an answer of over 5 tokens (first: line 1, item 2, id long answer, 6)',
      expect.stringMatching(
        /^1 left out: role "observation" \(first: line 1, item 3, id roles, conversations\[1\]\.value: found what came of a call; .*\)$/,
      ),
      '1 left out: malformed (first: line 1, item 6, id 6, found "nonsense"; expected an object)',
      '1 began with an answer, which was left out',
    ]);
  });

  test.each([
    // rounds, minRounds -> first question of user 0
    [1, undefined, 'q'],
    [2, undefined, 'one two three four five six'],
    [2, 1, 'q'],
    [{ distribution: 'uniform', min: 1, max: 3 }, undefined, 'one two three four five six'],
    [{ distribution: 'normal', mean: 2, std: 0.2 }, undefined, 'one two three four five six'],
  ])('rounds %j and minRounds %j', async (rounds, minRounds, question) => {
    const workload = await open(file, { rounds, sharegpt: { minRounds } });
    expect(said(workload, 0)[0]).toBe(question);
  });

  test.each([
    // maxItems, users -> items
    [2, undefined, 2],
    [undefined, 1, 1],
    [undefined, undefined, 3],
  ])('reading stops after maxItems %j or users %j', async (maxItems, users, count) => {
    const settings = { sharegpt: { maxItems, maxOutputTokens: 5 } };
    const { notes } = await open(file, settings, { population: { users } });
    expect(notes[0]).toMatch(new RegExp(`^conversations: ${count} of`));
  });

  test('that nothing passes are a usage error, with the counts by reason', async () => {
    await expect(open(file, { rounds: 9 })).rejects.toThrow(
      /mixed.json: 4 problems\n {2}none of 7 conversations can be used\n {2}5 left out: fewer than 9/,
    );
  });
});

describe('inflation', () => {
  test('repeats all texts where the share is 1, and multiplies their tokens', async () => {
    const inflate = { inputShare: 1, inputFactor: 3, outputShare: 1, outputFactor: 2 };
    const { turns } = (await open(THREE, { sharegpt: { inflate } })).conversation(1);
    expect(turns[1]!.message.text).toBe('b2 b2 b2');
    expect(turns[1]!.messageTokens).toBe(3 * 3);
    expect(turns[1]!.maxTokens).toBe(12);
  });

  test('repeats about the share asked for, the same ones every time', async () => {
    const file = writeJson(
      dir,
      'inflate.json',
      Array.from({ length: 400 }, (_, i) => shareGptItem(`${i}`, 'q', 'a')),
    );
    const inflate = { inputShare: 0.25, inputFactor: 2 };
    const longOnes = async () => {
      const workload = await open(file, { rounds: 1, sharegpt: { inflate } });
      const ids = Array.from({ length: 400 }, (_, userId) => userId);
      return ids.filter((userId) => said(workload, userId)[0] === 'q q');
    };
    const long = await longOnes();
    expect(Math.abs(long.length - 100)).toBeLessThan(30);
    expect(await longOnes()).toEqual(long);
  });
});

describe('files', () => {
  test('of JSON lines are read, and bad lines are skipped and named', async () => {
    const file = join(dir, 'lines.jsonl');
    const line = (id: string) => JSON.stringify(shareGptItem(id, `${id}1`, 'a'));
    writeFileSync(file, `\uFEFF${line('x')}\r\n\n{"broken\n${line('y')}`);
    const workload = await open(file, { rounds: 1 });
    expect([0, 1].map((userId) => said(workload, userId)[0])).toEqual(['x1', 'y1']);
    expect(workload.notes[1]).toBe(
      '1 left out: malformed (first: line 3, item 1, id 1, found {"broken, which breaks off; expected JSON: is the file complete?)',
    );
  });

  test.each([
    ['nowhere.json', undefined, /cannot read .*nowhere.json/],
    ['empty.json', '', /empty.json: it is empty; expected a JSON array/],
    ['text.json', 'Hello', /text.json: it begins with "Hello"; expected/],
    [
      'broken.json',
      '[{"id": 1}, {"id"',
      /broken.json: line 1: the JSON array breaks off after 1 values.*complete\?/,
    ],
    ['none.json', '[]', /none.json: found no JSON value; expected conversations/],
  ])('%s is a usage error', async (name, text, message) => {
    if (text !== undefined) writeFileSync(join(dir, name), text);
    await expect(open(join(dir, name))).rejects.toThrow(message);
  });

  test('of the samples in corpora/ are used entirely', async () => {
    for (const [name, count] of [
      ['sample-sharegpt.json', 12],
      ['sample-openai.jsonl', 8],
    ] as const) {
      const { notes } = await open(`corpora/${name}`, { tokenizer: 'gpt2', rounds: 1 });
      expect(notes[0]).toMatch(new RegExp(`^conversations: ${count} of the first ${count} `));
      expect(notes).toHaveLength(1);
    }
  });

  const SHARED = sharedFile('data/conversations');
  const why = absent(SHARED);
  test.skipIf(why).each([
    // file, usable conversations with a round
    ['fastchat_dummy_conversation.json', 500],
    ['llamafactory_v1_sft_demo.jsonl', 500],
    ['derived_oasst_openai_messages.jsonl', 352],
    ['derived_sgd_openai_messages.jsonl', 128],
  ])(titled('%s from elsewhere has %i usable conversations', why), async (name, count) => {
    const { notes } = await open(join(SHARED, name), { tokenizer: 'gpt2', rounds: 1 });
    expect(notes[0]).toMatch(new RegExp(`^conversations: ${count} of`));
  });
});

describe('a second start', () => {
  test('neither tokenizes nor reads the conversations again, until the file changes', async () => {
    const file = writeJson(dir, 'cached.json', [shareGptItem('a', 'old', 'a')]);
    const loading = vi.spyOn(tokenizers, 'openTokenizer');
    const first = await open(file, { rounds: 1 });
    expect(loading).toHaveBeenCalledTimes(1);
    const second = await open(file, { rounds: 1 });
    expect(loading).toHaveBeenCalledTimes(1);
    expect(second.conversation(0).turns).toEqual(first.conversation(0).turns);
    expect(second.digest).toBe(first.digest);
    writeJson(dir, 'cached.json', [shareGptItem('a', 'newer', 'a')]);
    const third = await open(file, { rounds: 1 });
    expect(said(third, 0)).toEqual(['newer']);
    expect(third.digest).not.toBe(first.digest);
  });
});

test('memory does not grow with the file', async () => {
  const file = join(dir, 'big.json');
  const megabytes = writeBigFile(file);
  const collect = await garbageCollector();
  let items = 0;
  let peak = 0;
  collect();
  const before = process.memoryUsage().heapUsed;
  for await (const item of conversationsIn(file)) {
    expect(recordedIn(item)).toHaveProperty('said');
    if (items++ % 1000) continue;
    collect();
    peak = Math.max(peak, process.memoryUsage().heapUsed - before);
  }
  expect(megabytes).toBeGreaterThan(20);
  expect(items).toBe(3000);
  expect(peak / 1e6).toBeLessThan(5);
});

function writeBigFile(file: string): number {
  const text = readFileSync(textFile, 'utf8').slice(0, 900);
  const items = Array.from({ length: 3000 }, (_, i) =>
    JSON.stringify(
      shareGptItem(`${i}`, ...Array.from({ length: 8 }, (_, j) => `${i} ${j} ${text}`)),
    ),
  );
  writeFileSync(file, `[${items.join(',\n')}]`);
  return statSync(file).size / 1e6;
}

async function garbageCollector(): Promise<() => void> {
  const [{ setFlagsFromString }, { runInNewContext }] = await Promise.all([
    import('node:v8'),
    import('node:vm'),
  ]);
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc');
}
