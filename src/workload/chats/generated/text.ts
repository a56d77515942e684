import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { bisectRight } from 'd3-array';
import { errorText, UsageError } from '../../../base/errors.ts';
import { LARGE_BYTES, readText } from '../../../base/read-text.ts';
import { sha256 } from '../../files/digest.ts';
import { readTable, tableKey, writeTable } from '../../text/corpus-cache.ts';
import { buildTable, type CorpusTable } from '../../text/corpus-table.ts';
import { LEAD_WORDS_MIN } from '../../text/lead-words.ts';
import { borrowedWords } from '../../text/moby-dick.ts';
import { spaced } from '../../text/spaced.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';

/**
 * The text files, one after the other. A path is relative to the working folder or, if nothing is
 * there, to the configuration's.
 * @throws UsageError naming every file that cannot be read.
 */
export function readTexts(textFiles: readonly string[], config: string): string {
  const problems: string[] = [];
  const texts = textFiles.map((name) => {
    const beside = resolve(dirname(config), name);
    try {
      const file = existsSync(name) || !existsSync(beside) ? name : beside;
      return readText(file, { what: 'text', field: 'text_files', maxBytes: LARGE_BYTES });
    } catch (error) {
      problems.push(errorText(error));
      return '';
    }
  });
  if (problems.length) throw new UsageError(problems, config);
  return texts.join('');
}

/** A text to be taken word by word, with the tokens of its words known. */
export interface WordText {
  /** Words, and the tokens from the first to the last. */
  readonly words: number;
  readonly tokens: number;
  /** Words from `word` on that have at most this many tokens, and the word after them. */
  take(word: number, tokensMax: number): { text: string; tokens: number; next: number };
  /** This many words of one token each, named by `number` so that others say others. */
  fill(number: number, tokens: number): string;
}

export interface OpenOptions {
  /** The text is read to here, if it is that long. */
  readonly tokensWanted: number;
  readonly tokenizer: Tokenizer;
  readonly cacheDir: string;
}

/** More than tokens have on average in any text of words. */
const CHARACTERS_PER_TOKEN = 8;

/** Counts as much of a text as is needed, once; its table is kept on disk. */
export async function openWordText(text: string, options: OpenOptions): Promise<WordText> {
  const whole = spaced(text);
  const { tokensWanted } = options;
  const start = whole.slice(0, tokensWanted * CHARACTERS_PER_TOKEN);
  const table = await tableOf(start, options);
  const isEnough = table.tokensBefore.at(-1)! >= tokensWanted;
  const isWhole = isEnough || start.length === whole.length;
  return isWhole ? wordsOf(start, table) : wordsOf(whole, await tableOf(whole, options));
}

function wordsOf(text: string, { starts, tokensBefore, leadWords }: CorpusTable): WordText {
  const words = Math.max(0, starts.length - 1);
  return {
    words,
    tokens: tokensBefore[words] ?? 0,
    take(word, tokensMax) {
      if (word >= words) return { text: '', tokens: 0, next: word };
      const next = bisectRight(tokensBefore, tokensBefore[word]! + tokensMax) - 1;
      return {
        // Without the space that begins the first word.
        text: next > word ? text.slice(starts[word]! + 1, starts[next]) : '',
        tokens: tokensBefore[next]! - tokensBefore[word]!,
        next,
      };
    },
    fill: (number, tokens) =>
      Array.from({ length: tokens }, (_, i) => leadWords[(number + i) % leadWords.length]).join(
        ' ',
      ),
  };
}

async function tableOf(text: string, { tokenizer, cacheDir }: OpenOptions): Promise<CorpusTable> {
  const key = tableKey(sha256(text), tokenizer.digest);
  const kept = readTable([cacheDir], key);
  if (kept) return kept.table;
  const own = await buildTable(text, tokenizer);
  const hasOwnWords = own.leadWords.length >= LEAD_WORDS_MIN;
  const table = hasOwnWords ? own : { ...own, leadWords: borrowedWords(tokenizer) };
  // Cuts are not checked here: every message that is made is counted.
  writeTable(cacheDir, key, { table, check: { cuts: 0, differing: 0, maxDifference: 0 } });
  return table;
}

/** The tokens of a text's first words, at least `least` of them, or all there are. */
export function firstTokens(text: string, tokenizer: Tokenizer, least: number): number[] {
  const ids: number[] = [];
  for (const piece of text.match(PIECES) ?? []) {
    if (ids.length >= least) break;
    // Subtle: spreading a piece's tokens is safe because pieces are short.
    ids.push(...tokenizer.encode(piece));
  }
  return ids;
}

/** Some thousand characters, cut before a word, where tokens end in every tokenizer that is in use. */
const PIECES = /[\s\S]{1,4000}(?=\s\p{L}|$)|[\s\S]{1,4000}/gu;
