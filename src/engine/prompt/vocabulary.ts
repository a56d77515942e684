import { UsageError } from '../../base/errors.ts';
import type { Tokenizer } from '../../workload/tokenizer/tokenizer.ts';

/** The tokenizer as far as the engine needs it. */
export type Coder = Pick<Tokenizer, 'encode' | 'decode'> &
  Partial<Pick<Tokenizer, 'pieceOf' | 'vocabularySize'>>;

/** A token that is a space and a word: any sequence of them has the same tokens when its text is encoded again. */
export interface Word {
  readonly id: number;
  readonly text: string;
}

const WORD = /^ [a-z]{3,}$/;
const WORDS_WANTED = 512;
/** Byte-level BPE numbers its merges by frequency, so the common words come first. */
const IDS_SCANNED = 20_000;

/**
 * Words to make answers of: the first of the vocabulary. Looked for once for each tokenizer, so that the runs of a
 * process, a search's for example, do it once between them.
 * @throws UsageError if the tokenizer has no tokens of that form.
 */
export function findWords(tokenizer: Coder): readonly Word[] {
  const known = found.get(tokenizer);
  if (known) return known;
  const words = lookedFor(tokenizer);
  found.set(tokenizer, words);
  return words;
}

const found = new WeakMap<Coder, readonly Word[]>();

function lookedFor(tokenizer: Coder): readonly Word[] {
  const words: Word[] = [];
  for (let id = 0; id < IDS_SCANNED && words.length < WORDS_WANTED; id++) {
    const text = tokenizer.decode([id]);
    if (WORD.test(text) && isExact(tokenizer, text, id)) words.push({ id, text });
  }
  if (words.length === 0) {
    throw new UsageError('tokenizer: found no token that is a space and a word; expected some');
  }
  return words;
}

function isExact(tokenizer: Coder, text: string, id: number): boolean {
  const ids = tokenizer.encode(text);
  return ids.length === 1 && ids[0] === id;
}
