import type { Tokenizer } from '../tokenizer/tokenizer.ts';

/** Fewer words of one token than this cannot tell users apart. */
export const LEAD_WORDS_MIN = 2;

const PLAIN_WORD = /^ \p{L}{2,}$/u;
/** Any word: what a piece counts after it is what it counts within a text. */
export const BEFORE = 'a';

/**
 * Different words that are one token each, at the start of a message as well as after a space, of pieces that
 * begin with a space. Words that differ only in what the tokenizer drops, such as case, count once.
 */
export function leadWords(pieces: Iterable<string>, tokenizer: Tokenizer): string[] {
  const seen = new Set<string>();
  const words: string[] = [];
  for (const piece of pieces) {
    if (!PLAIN_WORD.test(piece)) continue;
    const word = piece.slice(1);
    const ids = tokenizer.encode(word);
    const withinIds = tokenizer.encode(BEFORE + piece);
    const names = [`first ${ids[0]}`, `within ${withinIds.at(-1)}`];
    if (ids.length !== 1 || names.some((name) => seen.has(name))) continue;
    for (const name of names) seen.add(name);
    words.push(word);
  }
  return words;
}

/**
 * The same of English, for a text that has hardly any: of many tokenizers, words of other languages are
 * several tokens each, or one alone and two after a space.
 */
export function englishLeadWords(english: string, { encode, ...rest }: Tokenizer): string[] {
  const words = new Set(english.match(/(?<=\s)[a-z]{2,}(?=\s)/g));
  const pieces = [...words]
    .map((word) => ` ${word}`)
    .filter((piece) => encode(BEFORE + piece).length === encode(BEFORE).length + 1);
  return leadWords(pieces, { encode, ...rest });
}
