import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SPACE = '\u2581';
const LETTERS = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'];
const SIGNS = [...'.,;:!?\'"()-[]=/_$&*#%+<>@{}|~^`\\'];

/** Tokenizers of other kinds than GPT-2's, made of the words of a text: folders with a tokenizer.json, by kind. */
export function otherTokenizers(dir: string, text: string): Record<Kind, string> {
  const words = commonWords(text);
  return {
    sentencePiece: folder(dir, 'sentencePiece', {
      normalizer: {
        type: 'Sequence',
        normalizers: [
          { type: 'Prepend', prepend: SPACE },
          { type: 'Replace', pattern: { String: ' ' }, content: SPACE },
        ],
      },
      model: {
        type: 'BPE',
        ...letterByLetter(words.slice(0, 300)),
        unk_token: '<unk>',
        fuse_unk: false,
        byte_fallback: false,
      },
    }),
    wordLevel: folder(dir, 'wordLevel', {
      normalizer: { type: 'Lowercase' },
      pre_tokenizer: { type: 'Whitespace' },
      model: {
        type: 'WordLevel',
        vocab: numbered(['[UNK]', ...words, ...SIGNS]),
        unk_token: '[UNK]',
      },
    }),
    wordPiece: folder(dir, 'wordPiece', {
      normalizer: {
        type: 'BertNormalizer',
        clean_text: true,
        handle_chinese_chars: true,
        strip_accents: null,
        lowercase: true,
      },
      pre_tokenizer: { type: 'BertPreTokenizer' },
      decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
      model: {
        type: 'WordPiece',
        vocab: numbered([
          '[UNK]',
          ...[...LETTERS, ...SIGNS, ...words],
          ...[...LETTERS, 'ing', 'ed', 'er', 'ly', 's'].map((part) => `##${part}`),
        ]),
        unk_token: '[UNK]',
        continuing_subword_prefix: '##',
        max_input_chars_per_word: 100,
      },
    }),
    unigram: folder(dir, 'unigram', {
      pre_tokenizer: {
        type: 'Metaspace',
        replacement: SPACE,
        prepend_scheme: 'always',
        split: true,
      },
      decoder: {
        type: 'Metaspace',
        replacement: SPACE,
        prepend_scheme: 'always',
        split: true,
      },
      model: { type: 'Unigram', unk_id: 0, vocab: scored(words), byte_fallback: false },
    }),
  };
}

type Kind = 'sentencePiece' | 'wordLevel' | 'wordPiece' | 'unigram';

/** The commonest first. */
function commonWords(text: string): string[] {
  const counts = new Map<string, number>();
  for (const [word] of text.toLowerCase().matchAll(/[a-z]{2,}/g)) {
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return sorted.slice(0, 800).map(([word]) => word);
}

/** Merges that build each word, after the space before it. */
function letterByLetter(words: readonly string[]) {
  const tokens = ['<unk>', SPACE, '\n', ...LETTERS, ...SIGNS];
  const merges = new Set<string>();
  for (const word of words) {
    let built = SPACE;
    for (const letter of word) {
      merges.add(`${built} ${letter}`);
      built += letter;
      tokens.push(built);
    }
  }
  return { vocab: numbered(tokens), merges: [...merges] };
}

function numbered(tokens: string[]): Record<string, number> {
  return Object.fromEntries([...new Set(tokens)].map((token, id) => [token, id]));
}

/** With scores that are all different, as no two ways to cut a word may be equally good. */
function scored(words: readonly string[]): [token: string, score: number][] {
  const pieces = [
    ...words.map((word) => SPACE + word),
    ...words.filter((word) => word.length < 6),
    SPACE,
    ...[...LETTERS, ...SIGNS, '\n'],
  ];
  return [
    ['<unk>', 0],
    ...[...new Set(pieces)].map((piece, i): [string, number] => [piece, -5 - i / 97]),
  ];
}

function folder(dir: string, name: string, tokenizer: object): string {
  const path = join(dir, name);
  mkdirSync(path, { recursive: true });
  const none = { normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null };
  const json = JSON.stringify({ version: '1.0', added_tokens: [], ...none, ...tokenizer });
  writeFileSync(join(path, 'tokenizer.json'), json);
  return path;
}
