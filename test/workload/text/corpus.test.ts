import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { stream } from '../../../src/base/random.ts';
import { type Corpus, openCorpus } from '../../../src/workload/text/corpus.ts';
import * as tokenizers from '../../../src/workload/tokenizer/tokenizer.ts';
import { loadTokenizer, type Tokenizer } from '../../../src/workload/tokenizer/tokenizer.ts';
import { locateTokenizer } from '../../../src/workload/tokenizer/tokenizer-files.ts';
import { scratchDir, shortText } from '../scratch.ts';
import { toyTokenizer } from '../toy-tokenizer.ts';

const dir = scratchDir();
const cacheDir = join(dir, 'cache');
const textFile = shortText(scratchDir());

async function open(spec = 'gpt2', file = textFile): Promise<Corpus> {
  return openCorpus({ textFile: file, tokenizer: await locateTokenizer(spec), cacheDir });
}

describe('cuts of Moby Dick under GPT-2', () => {
  let corpus: Corpus;
  let gpt2: Tokenizer;
  beforeAll(async () => {
    corpus = await open();
    gpt2 = await loadTokenizer('gpt2');
  });

  test('have exactly the tokens asked for, alone and joined by a space', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 1, max: 1500 }),
        fc.integer({ min: 1, max: 200 }),
        (seed, a, b) => {
          const rng = stream(seed, 'cut');
          const [first, second] = [corpus.cut(rng, a), corpus.cut(rng, b)];
          expect(first).toBe(first.trim());
          expect(gpt2.count(first)).toBe(a);
          expect(gpt2.count(`${first} ${second}`)).toBe(a + b);
        },
      ),
      { numRuns: 100, seed: 1 },
    );
  });

  test.each([0, 1, 2, 3])('of %d tokens too, however short the lead leaves them', (tokens) => {
    const lead = corpus.leadWords.slice(0, 3);
    expect(gpt2.count(corpus.cut(stream(1), tokens, lead))).toBe(tokens);
  });

  test('longer than the text go round it, still exactly', () => {
    const tokens = Math.floor(corpus.tokens * 2.5);
    expect(gpt2.count(corpus.cut(stream(1), tokens))).toBe(tokens);
  });

  test('begin with the lead, and differ where they go on', () => {
    const lead = corpus.leadWords.slice(5, 7);
    const [a, b] = [corpus.cut(stream(1), 50, lead), corpus.cut(stream(2), 50, lead)];
    expect(a.startsWith(`${lead.join(' ')} `)).toBe(true);
    expect(a).not.toBe(b);
  });

  test('lead words are one token each, and no two alike, first as well as within', () => {
    const words = corpus.leadWords;
    expect(words.length).toBeGreaterThan(500);
    const ids = (text: string) => words.map((word) => gpt2.encode(text + word));
    expect(new Set(ids('').map(String)).size).toBe(words.length);
    expect(new Set(ids('a ').map(String)).size).toBe(words.length);
    expect(ids('').every(({ length }) => length === 1)).toBe(true);
    expect(ids('a ').every(({ length }) => length === 2)).toBe(true);
  });
});

describe('without a split before BPE, as in SentencePiece', () => {
  const words = 'the of and a to in that his it he was but as with is for all this at by'.split(
    ' ',
  );

  test('cuts are exact', async () => {
    const spec = toyTokenizer(join(dir, 'plain'), words);
    const corpus = await open(spec, lowerCased());
    const toy = await loadTokenizer(spec);
    for (const tokens of [1, 7, 100, 900]) {
      expect(toy.count(corpus.cut(stream(tokens), tokens))).toBe(tokens);
    }
    expect(corpus.notes.join()).not.toMatch(/approximate/);
  });

  test('tokens across words make counts approximate, and the notes say by how much', async () => {
    const spec = toyTokenizer(join(dir, 'phrases'), words, [
      ['of', 'the'],
      ['in', 'the'],
      ['it', 'was'],
    ]);
    const { notes } = await open(spec, lowerCased());
    expect(notes.at(-1)).toMatch(
      /^counts approximate: \d+ of 200 sample cuts differ by at most \d+ tokens$/,
    );
  });

  function lowerCased(): string {
    const file = join(dir, 'lower.txt');
    const letters = readFileSync(textFile, 'utf8')
      .toLowerCase()
      .replace(/[^a-z]+/g, ' ');
    writeFileSync(file, letters);
    return file;
  }
});

describe('the table on disk', () => {
  test('spares loading the vocabulary, and gives the same cuts', async () => {
    const loading = vi.spyOn(tokenizers, 'openTokenizer');
    const cold = await open('gpt2', shortText(dir, 30_000));
    expect(loading).toHaveBeenCalledTimes(1);
    const warm = await open('gpt2', shortText(dir, 30_000));
    expect(loading).toHaveBeenCalledTimes(1);
    expect(warm.cut(stream(1), 300)).toBe(cold.cut(stream(1), 300));
    expect(warm.notes).toEqual(cold.notes);
  });

  test.each([
    ['cut short', (file: string) => truncateSync(file, 1000)],
    ['emptied', (file: string) => truncateSync(file, 0)],
    ['changed', (file: string) => writeFileSync(file, flipped(readFileSync(file)))],
  ])('is made anew when it was %s', async (_, damage) => {
    const before = (await open()).cut(stream(1), 300);
    const files = tables();
    for (const file of files) damage(file);
    expect((await open()).cut(stream(1), 300)).toBe(before);
    expect(tables()).toEqual(files);
  });

  test('that cannot be written stops nothing', async () => {
    const blocked = join(dir, 'blocked');
    writeFileSync(blocked, 'a file where the folder should be');
    const tokenizer = await locateTokenizer('gpt2');
    const corpus = await openCorpus({ textFile, tokenizer, cacheDir: blocked });
    expect(corpus.tokens).toBeGreaterThan(0);
  });

  function tables(): string[] {
    return readdirSync(cacheDir).map((name) => join(cacheDir, name));
  }
});

test.each([
  ['', 0],
  ['one two', 0],
])('a text of %j is too little, and the error counts', async (text, tokens) => {
  const file = join(dir, 'tiny.txt');
  writeFileSync(file, text);
  await expect(open('gpt2', file)).rejects.toThrow(
    new RegExp(`tiny.txt is too little text: found ${tokens} tokens`),
  );
});

test('a text that is not there is named', async () => {
  await expect(open('gpt2', 'nowhere.txt')).rejects.toThrow(
    /conversation.textFile: cannot read text nowhere.txt/,
  );
});

function flipped(bytes: Buffer): Buffer {
  bytes[bytes.length >> 1]! ^= 1;
  return bytes;
}
