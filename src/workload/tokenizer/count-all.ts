import { piecesOf, SAMPLE } from './pieces.ts';
import type { RustOptions, RustTokenizer } from './rust-tokenizer.ts';

/** Told how many characters were counted since it was last told. */
export type Counted = (chars: number) => void;

/** Tokens of each text, of many at a time. */
export type CountAll = (texts: readonly string[], counted?: Counted) => Promise<number[]>;

export interface Counting {
  /** One text, at once, by the tokenizer that is always there. */
  readonly encode: (text: string) => number[];
  /** tokenizer.json, as it is and read. */
  readonly json: string;
  readonly vocabulary: unknown;
  /** The fast one, for which it is worth loading. */
  readonly rust: (options: RustOptions) => Promise<RustTokenizer | undefined>;
}

/** Texts that are counted together; more would only take memory. */
const TOGETHER_CHARS = 1 << 20;
/**
 * Loading the vocabulary once more takes 0.1 s a megabyte of it, and spares 0.4 s a megabyte of text. Less
 * text than this is counted by then.
 */
const WORTH_LOADING = 1 / 4;

/**
 * Counts many texts: in pieces that are each tokenized once, where the tokens of pieces are those of the
 * whole, and in Rust, where there is enough to count. The counts are the same in any way.
 */
export function countingAll({ encode, json, vocabulary, rust: load }: Counting): CountAll {
  const count = async (texts: readonly string[]) => texts.map((text) => encode(text).length);
  const maySplit = splitsWords(vocabulary);
  let rust: Promise<RustTokenizer | undefined> | undefined;
  let chars = 0;
  let sample: number[] | undefined;
  let inPieces: PieceCounts | false | undefined;
  return async (texts, counted) => {
    chars += charsOf(texts);
    sample ??= encode(SAMPLE);
    inPieces ??= maySplit && isSameInPieces(encode, sample) && new PieceCounts();
    if (chars >= WORTH_LOADING * json.length) rust ??= load({ json, encode, sample });
    const native = await rust;
    const counts: number[] = [];
    for (const group of together(texts)) {
      const some = inPieces
        ? await inPieces.countAll(group, native?.countShort ?? count)
        : await (native?.countAll ?? count)(group);
      for (const one of some) counts.push(one);
      counted?.(charsOf(group));
    }
    return counts;
  };
}

/**
 * Byte-level BPE, which splits words first: GPT-2 and what came of it. Others may have tokens across words. Tokens
 * of the file's own must lie within a piece, and not swallow the blanks around them.
 */
function splitsWords(vocabulary: unknown): boolean {
  const { pre_tokenizer: splitter, added_tokens: added = [] } = vocabulary as SplitBy;
  if (!added.every(isWithinPiece)) return false;
  const steps = splitter?.type === 'Sequence' ? (splitter.pretokenizers ?? []) : [splitter];
  const isSplitting = ({ type, behavior, use_regex, pattern }: Splitter) =>
    (type === 'Split' && behavior === 'Isolated' && pattern?.Regex !== undefined) ||
    (type === 'ByteLevel' && use_regex !== false);
  const isByteLevel = steps.some((step) => step?.type === 'ByteLevel' && !step.add_prefix_space);
  return isByteLevel && steps.some((step) => step && isSplitting(step));
}

function isWithinPiece({ content, lstrip, rstrip, single_word }: AddedToken): boolean {
  return piecesOf(content).length <= 1 && !lstrip && !rstrip && !single_word;
}

interface SplitBy {
  readonly pre_tokenizer?: Splitter | null;
  readonly added_tokens?: readonly AddedToken[];
}

interface AddedToken {
  readonly content: string;
  readonly lstrip?: boolean;
  readonly rstrip?: boolean;
  readonly single_word?: boolean;
}

interface Splitter {
  readonly type?: string;
  readonly pretokenizers?: readonly Splitter[];
  readonly behavior?: string;
  readonly use_regex?: boolean;
  readonly add_prefix_space?: boolean;
  readonly pattern?: { readonly Regex?: string };
}

function isSameInPieces(encode: (text: string) => number[], ids: readonly number[]): boolean {
  return piecesOf(SAMPLE).flatMap(encode).join() === ids.join();
}

/** More than a vocabulary has words, and characters of them; then those that are met again come back at once. */
const PIECES_MAX = 1 << 17;
const CHARS_MAX = 1 << 22;

/** What each different piece has, by whoever is asked for those that were not met before. */
class PieceCounts {
  readonly #places = new Map<string, number>();
  #tokens: number[] = [];
  #chars = 0;

  async countAll(
    texts: readonly string[],
    count: (pieces: readonly string[]) => Promise<number[]>,
  ): Promise<number[]> {
    if (this.#tokens.length > PIECES_MAX || this.#chars > CHARS_MAX) this.#clear();
    const met = this.#tokens.length;
    const fresh: string[] = [];
    const places = texts.map((text) => piecesOf(text).map((piece) => this.#placeOf(piece, fresh)));
    const tokens = this.#tokens;
    for (const [i, some] of (await count(fresh)).entries()) tokens[met + i] = some;
    return places.map((some) => some.reduce((sum, place) => sum + tokens[place]!, 0));
  }

  /** Hot: once a piece. */
  #placeOf(piece: string, fresh: string[]): number {
    const known = this.#places.get(piece);
    if (known !== undefined) return known;
    const place = this.#tokens.length;
    // A slice would keep the whole text; but half a character has no copy.
    const copy = Buffer.from(piece).toString();
    this.#places.set(copy === piece ? copy : piece, place);
    this.#tokens.push(0);
    this.#chars += piece.length;
    fresh.push(piece);
    return place;
  }

  #clear(): void {
    this.#places.clear();
    this.#tokens = [];
    this.#chars = 0;
  }
}

function* together(texts: readonly string[]): Generator<readonly string[]> {
  let from = 0;
  let chars = 0;
  for (let at = 0; at < texts.length; at++) {
    chars += texts[at]!.length;
    if (chars < TOGETHER_CHARS) continue;
    yield texts.slice(from, at + 1);
    from = at + 1;
    chars = 0;
  }
  if (from < texts.length) yield texts.slice(from);
}

function charsOf(texts: readonly string[]): number {
  return texts.reduce((sum, { length }) => sum + length, 0);
}
