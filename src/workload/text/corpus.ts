import { basename } from 'node:path';
import { bisectRight } from 'd3-array';
import { UsageError } from '../../base/errors.ts';
import { below, type Rng, stream } from '../../base/random.ts';
import { LARGE_BYTES, readText } from '../../base/read-text.ts';
import { type Tell, tellCounting } from '../files/cost.ts';
import { sha256 } from '../files/digest.ts';
import { openTokenizer, type Tokenizer } from '../tokenizer/tokenizer.ts';
import type { TokenizerFiles } from '../tokenizer/tokenizer-files.ts';
import {
  BUILT_IN_DIR,
  type CheckedTable,
  readTable,
  tableKey,
  writeTable,
} from './corpus-cache.ts';
import { buildTable, type CorpusTable, type CutCheck } from './corpus-table.ts';
import { LEAD_WORDS_MIN } from './lead-words.ts';
import { borrowedWords, mobyDickFile } from './moby-dick.ts';
import { spaced } from './spaced.ts';

/** A text that can be cut to an exact number of tokens. */
export interface Corpus {
  /** sha256 of the text. */
  readonly digest: string;
  readonly tokens: number;
  /** Different words that are one token each, wherever they stand. */
  readonly leadWords: readonly string[];
  readonly notes: readonly string[];
  /**
   * Text of exactly `tokens` tokens without a space at either end: the words of `lead` (default: a
   * drawn one), then what follows a drawn place in the text. Counts add where cuts are joined by one
   * space. Past the end it goes on at the beginning, so a cut longer than the text repeats it. A cut
   * that would end within a word is filled up with drawn words of one token.
   */
  cut(rng: Rng, tokens: number, lead?: readonly string[]): string;
  /** Beginnings of one text, the words of `lead` and what follows a drawn place: each is the beginning of the longer ones. */
  read(rng: Rng, lead: readonly string[]): Reading;
}

/** A text from its beginning to the end of some word; the tokens of what is joined to it by a space add to its own. */
export interface Reading {
  /** To the first end of a word at or behind so many tokens. */
  atLeast(tokens: number): Beginning;
  /** To the last one at or before so many. */
  atMost(tokens: number): Beginning;
}

export interface Beginning {
  readonly text: string;
  readonly tokens: number;
}

export interface CorpusOptions {
  /** Default: Moby Dick. */
  readonly textFile: string | undefined;
  /** What named that file, for errors. */
  readonly field?: string;
  readonly tokenizer: TokenizerFiles;
  readonly cacheDir: string;
  readonly tell?: Tell | undefined;
}

/**
 * Opens a text. Its table is kept on disk; the vocabulary is loaded only where there is none yet. The default text
 * never changes, and is opened once for these files of a tokenizer.
 * @throws UsageError if the text cannot be read or has hardly any words.
 */
export async function openCorpus(options: CorpusOptions): Promise<Corpus> {
  if (options.textFile !== undefined) return opened(options);
  const known = defaults.get(options.tokenizer);
  if (known) return known;
  const corpus = await opened(options);
  defaults.set(options.tokenizer, corpus);
  return corpus;
}

const defaults = new WeakMap<TokenizerFiles, Corpus>();

async function opened({
  textFile,
  field = 'conversation.textFile',
  tokenizer,
  cacheDir,
  tell,
}: CorpusOptions): Promise<Corpus> {
  const name = textFile ? basename(textFile) : 'Moby Dick';
  const original = readText(textFile ?? mobyDickFile(), {
    what: 'text',
    field,
    maxBytes: LARGE_BYTES,
  });
  const text = spaced(original);
  const digest = sha256(text);
  const key = tableKey(digest, tokenizer.digest);
  let checked = readTable([cacheDir, BUILT_IN_DIR], key);
  if (!checked) {
    const progress = tellCounting(tell, { what: name, bytes: Buffer.byteLength(text), cacheDir });
    const isSpaced = text !== original;
    const opened = await openTokenizer(tokenizer);
    checked = await checkedTable({ text, isSpaced, name, field, tokenizer: opened });
    writeTable(cacheDir, key, checked);
    progress.done();
  }
  const { table, check } = checked;
  return {
    digest,
    tokens: table.tokensBefore.at(-1)!,
    leadWords: table.leadWords,
    notes: [
      ...notes({ name, table, check, tokenizer: tokenizer.name }),
      ...(text === original ? [] : [SPACED]),
    ],
    cut: (rng, tokens, lead) => cut({ text, table, rng, tokens, lead }),
    read: (rng, lead) => reading({ text, table }, below(rng, table.starts.length - 1), lead),
  };
}

const SPACED =
  'the text has words without spaces between them: some were put in, and English words begin texts and fill them up, so that counts are exact';

interface Checking {
  readonly text: string;
  /** Spaces were put into it. */
  readonly isSpaced: boolean;
  readonly name: string;
  readonly field: string;
  readonly tokenizer: Tokenizer;
}

async function checkedTable(checking: Checking): Promise<CheckedTable> {
  const { text, isSpaced, name, field, tokenizer } = checking;
  const own = await buildTable(text, tokenizer);
  const hasOwnWords = !isSpaced && own.leadWords.length >= LEAD_WORDS_MIN;
  const table = hasOwnWords ? own : { ...own, leadWords: borrowedWords(tokenizer) };
  const tokens = table.tokensBefore.at(-1) ?? 0;
  if (!tokens || table.leadWords.length < LEAD_WORDS_MIN) {
    throw new UsageError(
      `${field}: ${name} is too little text: found ${tokens} tokens between words, with ${table.leadWords.length} different words of one token; needs at least ${LEAD_WORDS_MIN}, and a few thousand for texts that differ`,
    );
  }
  return { table, check: checkCuts({ text, table, tokenizer }) };
}

interface Cut {
  readonly text: string;
  readonly table: CorpusTable;
  readonly rng: Rng;
  readonly tokens: number;
  readonly lead: readonly string[] | undefined;
}

function cut({ text, table, rng, tokens, lead }: Cut): string {
  const { starts, leadWords } = table;
  const drawWord = () => leadWords[below(rng, leadWords.length)]!;
  const words = (lead ?? [drawWord()]).slice(0, tokens);
  const from = below(rng, starts.length - 1);
  const body = passage({ text, table }, from, tokens - words.length);
  const missing = tokens - words.length - body.tokens;
  const filler = Array.from({ length: missing }, () => ` ${drawWord()}`);
  return words.join(' ') + body.text + filler.join('');
}

type Place = Pick<Cut, 'text' | 'table'>;

function reading(place: Place, from: number, lead: readonly string[]): Reading {
  const led = (tokens: number, isAtLeast: boolean): Beginning => {
    const words = lead.slice(0, tokens);
    const body = passage(place, from, tokens - words.length, isAtLeast);
    return { text: words.join(' ') + body.text, tokens: words.length + body.tokens };
  };
  return { atLeast: (tokens) => led(tokens, true), atMost: (tokens) => led(tokens, false) };
}

/** From one start of a word to the last that is within `tokens`, or to the first that is not below; around the end if need be. */
function passage(
  { text, table }: Place,
  from: number,
  tokens: number,
  isAtLeast = false,
): Beginning {
  const { starts, tokensBefore } = table;
  const all = tokensBefore.at(-1)!;
  const target = tokensBefore[from]! + tokens;
  const laps = Math.floor(target / all);
  const within = bisectRight(tokensBefore, target % all) - 1;
  const to = isAtLeast && tokensBefore[within]! < target % all ? within + 1 : within;
  const body = (a: number, b: number) => text.slice(starts[a], starts[b]);
  const last = starts.length - 1;
  return {
    text:
      laps === 0 ? body(from, to) : body(from, last) + body(0, last).repeat(laps - 1) + body(0, to),
    tokens: laps * all + tokensBefore[to]! - tokensBefore[from]!,
  };
}

const CHECKED_CUTS = 200;
const CHECKED_TOKENS_MAX = 512;

/** Joins two cuts, as a history and its question are joined, and tokenizes them again. */
function checkCuts({
  text,
  table,
  tokenizer,
}: Pick<Cut, 'text' | 'table'> & { tokenizer: Tokenizer }) {
  const rng = stream(0, 'corpus', 'check');
  // Lengths from 1 up, every order of magnitude alike.
  const drawTokens = () => Math.floor(CHECKED_TOKENS_MAX ** rng());
  const differences = Array.from({ length: CHECKED_CUTS }, () => {
    const [a, b] = [drawTokens(), drawTokens()];
    const parts = [a, b].map((tokens) => cut({ text, table, rng, tokens, lead: undefined }));
    return Math.abs(tokenizer.count(parts.join(' ')) - a - b);
  });
  return {
    cuts: CHECKED_CUTS,
    differing: differences.filter((difference) => difference > 0).length,
    maxDifference: Math.max(...differences),
  };
}

interface Described {
  readonly name: string;
  readonly table: CorpusTable;
  readonly check: CutCheck;
  readonly tokenizer: string;
}

function notes({ name, table, check, tokenizer }: Described): string[] {
  const tokens = table.tokensBefore.at(-1)!;
  const { cuts, differing, maxDifference } = check;
  return [
    `text: ${name}, ${tokens} tokens, counted with ${tokenizer}`,
    ...(differing
      ? [
          `counts approximate: ${differing} of ${cuts} sample cuts differ by at most ${maxDifference} tokens`,
        ]
      : []),
  ];
}
