import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SPACE = '\u2581';

/**
 * A tokenizer in the way of SentencePiece (Llama 2): spaces are part of tokens, one is put before the
 * text, and nothing splits it before BPE. `words` are tokens, built letter by letter; `phrases` are
 * tokens that reach across a space. Returns its folder.
 */
export function toyTokenizer(
  dir: string,
  words: string[],
  phrases: [string, string][] = [],
): string {
  const vocab = new Map<string, number>();
  const add = (token: string) => vocab.has(token) || vocab.set(token, vocab.size);
  for (const letter of `${SPACE}abcdefghijklmnopqrstuvwxyz0123456789HN.,!`) add(letter);
  for (const letter of words.join('')) add(letter);
  const merges: string[] = [];
  const merge = (a: string, b: string) => {
    if (!vocab.has(a + b)) merges.push(`${a} ${b}`);
    add(a + b);
  };
  for (const word of words) {
    let prefix = SPACE;
    for (const letter of word) {
      merge(prefix, letter);
      prefix += letter;
    }
  }
  for (const [a, b] of phrases) merge(SPACE + a, SPACE + b);
  const replaceSpaces = { type: 'Replace', pattern: { String: ' ' }, content: SPACE };
  const tokenizer = {
    version: '1.0',
    added_tokens: [],
    normalizer: {
      type: 'Sequence',
      normalizers: [{ type: 'Prepend', prepend: SPACE }, replaceSpaces],
    },
    pre_tokenizer: null,
    post_processor: null,
    decoder: { type: 'Replace', pattern: { String: SPACE }, content: ' ' },
    model: { type: 'BPE', vocab: Object.fromEntries(vocab), merges, unk_token: null },
  };
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'tokenizer.json'), JSON.stringify(tokenizer));
  return dir;
}
