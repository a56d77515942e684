import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { countingAll } from '../../../src/workload/tokenizer/count-all.ts';
import { countedAhead } from '../../../src/workload/tokenizer/counted-ahead.ts';
import { gpt2Json } from '../../../src/workload/tokenizer/gpt2.ts';
import { piecesOf, SAMPLE } from '../../../src/workload/tokenizer/pieces.ts';
import { loadRust, type RustTokenizer } from '../../../src/workload/tokenizer/rust-tokenizer.ts';
import { loadTokenizer, type Tokenizer } from '../../../src/workload/tokenizer/tokenizer.ts';
import { titled } from '../../support/needs.ts';
import { tries } from '../../support/tries.ts';
import { otherTokenizers } from '../four-tokenizers.ts';
import { MOBY_DICK, scratchDir } from '../scratch.ts';

const NO_RUST = await import('@anush008/tokenizers').then(
  () => undefined,
  () => 'no Rust tokenizer for this machine',
);
const BOOK = readFileSync(MOBY_DICK, 'utf8');
const TEXT = BOOK.slice(0, 12_000);
/** Texts of every kind, also such as have no tokens, or ours between two. */
const TEXTS = [
  SAMPLE,
  ...TEXT.split('\n\n'),
  ...['', ' ', '\n', '\n\n', 'word', ' word', 'the\nend', 'the,\nend', 'the\n\nend', '. \n x'],
  ...[
    'naïve café',
    '東京 tower',
    '😀 smiles',
    'a\u0000b',
    'a\u0000|\u0000b',
    '\ud800 half',
    '<|endoftext|> and on',
  ],
];

const dir = scratchDir();
const others = otherTokenizers(dir, BOOK.slice(0, 100_000));
const jsonOf = (folder: string) => readFileSync(join(folder, 'tokenizer.json'), 'utf8');

describe.each([
  ['GPT-2, byte-level BPE', 'gpt2', gpt2Json],
  ['BPE in the way of Llama 2', others.sentencePiece, () => jsonOf(others.sentencePiece)],
  ['word pieces', others.wordPiece, () => jsonOf(others.wordPiece)],
  ['a unigram model', others.unigram, () => jsonOf(others.unigram)],
])('%s', (_, spec, json) => {
  let tokenizer: Tokenizer;
  let counts: number[];
  let rust: RustTokenizer | undefined;
  const countingWith = (fast: RustTokenizer | undefined) =>
    countingAll({
      encode: tokenizer.encode,
      // No vocabulary to load is too large.
      json: '',
      vocabulary: JSON.parse(json()),
      rust: async () => fast,
    });

  beforeAll(async () => {
    tokenizer = await loadTokenizer(spec);
    counts = TEXTS.map(tokenizer.count);
    const { encode } = tokenizer;
    rust = await loadRust({ json: json(), encode, sample: encode(SAMPLE) });
  });

  test.skipIf(NO_RUST)(titled('has the same ids and counts in Rust', NO_RUST), async () => {
    expect(rust).toBeDefined();
    expect(await rust!.encodeAll(TEXTS)).toEqual(TEXTS.map(tokenizer.encode));
    expect(await rust!.countAll(TEXTS)).toEqual(counts);
    expect(await rust!.countShort(TEXTS)).toEqual(counts);
    const countAll = countingWith(rust);
    expect(await countAll(TEXTS)).toEqual(counts);
    // Of what is known by then, too.
    expect(await countAll(TEXTS)).toEqual(counts);
  });

  test('has the same counts where there is no Rust', async () => {
    expect(await countingWith(undefined)(TEXTS)).toEqual(counts);
  });
});

test('a vocabulary that Rust reads in another way is counted without it', async () => {
  const tokenizer = await loadTokenizer(others.wordLevel);
  const { encode } = tokenizer;
  const sample = encode(SAMPLE);
  // Words in other scripts are words to Rust, and letter by letter to JavaScript.
  expect(await loadRust({ json: jsonOf(others.wordLevel), encode, sample })).toBeUndefined();
  expect(await tokenizer.countAll([BOOK.slice(0, 50_000), 'naïve'])).toEqual(
    [BOOK.slice(0, 50_000), 'naïve'].map(tokenizer.count),
  );
});

test('the pieces of a text are the text, and their tokens are its tokens', async () => {
  const { encode } = await loadTokenizer('gpt2');
  const words = fc.constantFrom(
    ...['whale', 'Whale,', "didn't", 'I', 'x.y', '3', '(so', 'on)', '--', 'café', '東京', '…'],
    ...['"quoted"', 'e.g.', 'end?!', '\u00a0', '😀', '…what', 'ab,cd', ';', 'é', '.', 'a'],
  );
  const blanks = fc.constantFrom(
    ' ',
    ' ',
    '\n',
    '\n',
    '  ',
    '\n\n',
    '\t',
    ' \n',
    '\n ',
    '',
    '\r\n',
  );
  const text = fc
    .array(fc.tuple(words, blanks), { maxLength: 30 })
    .map((pairs) => pairs.flat().join(''));
  fc.assert(
    fc.property(text, (one) => {
      const pieces = piecesOf(one);
      expect(pieces.join('')).toBe(one);
      expect(pieces.flatMap(encode)).toEqual(encode(one));
    }),
    { seed: 8, numRuns: tries(300) },
  );
});

describe('what it costs', () => {
  const encode = (text: string) => [...text].map((char) => char.charCodeAt(0));
  const vocabulary = { pre_tokenizer: { type: 'ByteLevel', use_regex: true } };

  test('Rust is loaded once, and only for enough text to be worth it', async () => {
    let loads = 0;
    const rust = async () => {
      loads++;
      return undefined;
    };
    const countAll = countingAll({ encode, json: 'x'.repeat(400), vocabulary: {}, rust });
    await countAll(['a'.repeat(99)]);
    expect(loads).toBe(0);
    await countAll(['a']);
    await countAll(['a'.repeat(1000)]);
    expect(loads).toBe(1);
  });

  test.each([
    [vocabulary, true],
    [{ pre_tokenizer: { type: 'Sequence', pretokenizers: [] } }, false],
    [{ pre_tokenizer: null }, false],
    [{ ...vocabulary, added_tokens: [{ content: '<|end|>' }] }, true],
    // Tokens of the file's own that a cut would break, or that take the blanks beside them
    [{ ...vocabulary, added_tokens: [{ content: 'a b' }] }, false],
    [{ ...vocabulary, added_tokens: [{ content: '<|end|>', rstrip: true }] }, false],
    [{ pre_tokenizer: { type: 'ByteLevel', add_prefix_space: true } }, false],
  ])('a piece is tokenized once, where words are split first: %j', async (one, isOnce) => {
    const asked: string[] = [];
    const countAll = countingAll({
      encode: (text) => {
        asked.push(text);
        return encode(text);
      },
      json: 'x'.repeat(1000),
      vocabulary: one,
      rust: async () => undefined,
    });
    expect(await countAll(['the whale and the whale', 'the whale'])).toEqual([23, 9]);
    const whales = asked.filter((text) => text === ' whale');
    expect(whales).toHaveLength(isOnce ? 1 : 0);
  });

  test('how much was counted is told as it goes', async () => {
    const told: number[] = [];
    const rust = async () => undefined;
    const countAll = countingAll({
      encode: () => [1],
      json: 'x'.repeat(1e8),
      vocabulary: {},
      rust,
    });
    await countAll(['a'.repeat(1 << 20), 'b', 'c'], (chars) => told.push(chars));
    expect(told).toEqual([1 << 20, 2]);
  });
});

test('items are passed on in order with their counts, which are made for many at a time', async () => {
  const asked: (readonly string[])[] = [];
  const long = 'x'.repeat(1 << 20);
  const items = [['a', 'bb'], ['a', long], [], ['ccc']];
  const passed: [string[], number[]][] = [];
  const tokenizer = {
    count: () => -1,
    async countAll(texts: readonly string[]) {
      asked.push(texts);
      return texts.map(({ length }) => length);
    },
  };
  for await (const { item, count } of countedAhead(items, (texts) => texts, tokenizer)) {
    passed.push([item, item.map(count)]);
  }
  expect(passed).toEqual(items.map((item) => [item, item.map(({ length }) => length)]));
  expect(asked.map((texts) => texts.map(({ length }) => length))).toEqual([[1, 2, 1 << 20], [3]]);
});
