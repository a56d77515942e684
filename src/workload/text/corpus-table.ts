import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { BEFORE, leadWords } from './lead-words.ts';

/** Where a text may be cut, and how many tokens lie before each cut. */
export interface CorpusTable {
  /** Offsets into the text of spaces that begin a word, ascending. */
  readonly starts: Uint32Array;
  /** Tokens from `starts[0]` to `starts[i]`; the last is all there are. */
  readonly tokensBefore: Uint32Array;
  /** Different words that are one token each, at the start of a message as well as after a space. */
  readonly leadWords: readonly string[];
}

/** How cuts came out when they were tokenized again. */
export interface CutCheck {
  readonly cuts: number;
  readonly differing: number;
  /** Largest difference from the tokens asked for. */
  readonly maxDifference: number;
}

// A single space between a word's or sign's end and a letter: no tokenizer in use joins text across it.
export const WORD_START = /(?<=\S) (?=\p{L})/gu;

/**
 * Counts the text piece by piece between word starts, each different piece once. That is exact where
 * tokens do not cross word starts (measured for byte-level BPE: 0 of 1,000 cuts differ), and stays
 * linear for SentencePiece-style tokenizers, which take time in the square of a long text.
 */
export async function buildTable(text: string, tokenizer: Tokenizer): Promise<CorpusTable> {
  const starts = Uint32Array.from(text.matchAll(WORD_START), (match) => match.index);
  const tokensBefore = new Uint32Array(starts.length);
  const pieceAt = (i: number): string => text.slice(starts[i], starts[i + 1]);
  const different = new Set<string>();
  for (let i = 0; i + 1 < starts.length; i++) different.add(pieceAt(i));
  const tokensOf = await countsWithin([...different], tokenizer);
  for (let i = 0; i + 1 < starts.length; i++) {
    tokensBefore[i + 1] = tokensBefore[i]! + tokensOf.get(pieceAt(i))!;
  }
  const single = [...tokensOf].filter(([, tokens]) => tokens === 1).map(([piece]) => piece);
  return { starts, tokensBefore, leadWords: leadWords(single, tokenizer) };
}

/** What each piece counts within a text. */
async function countsWithin(
  pieces: readonly string[],
  { count, countAll }: Tokenizer,
): Promise<Map<string, number>> {
  const tokensBefore = count(BEFORE);
  const counts = await countAll(pieces.map((piece) => BEFORE + piece));
  return new Map(pieces.map((piece, i) => [piece, Math.max(0, counts[i]! - tokensBefore)]));
}
