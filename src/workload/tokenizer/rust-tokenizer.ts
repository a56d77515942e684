import type { Tokenizer as Native } from '@anush008/tokenizers';
import { SAMPLE } from './pieces.ts';

/** The reference implementation, several times as fast and on threads of its own. It has no synchronous calls. */
export interface RustTokenizer {
  /** Ids of each text, without special tokens. */
  encodeAll(texts: readonly string[]): Promise<number[][]>;
  /** How many they are, which spares the ids their way out. */
  countAll(texts: readonly string[]): Promise<number[]>;
  /** The same of many short texts, each of which is tokenized by itself: one call for all of them. */
  countShort(texts: readonly string[]): Promise<number[]>;
}

export interface RustOptions {
  /** tokenizer.json. */
  readonly json: string;
  /** The tokenizer that is always there. */
  readonly encode: (text: string) => number[];
  /** What it makes of SAMPLE. */
  readonly sample: readonly number[];
}

/**
 * Hugging Face's tokenizer in Rust. Undefined where there is no build for this machine (the package is
 * optional), where it cannot read the file, or reads the sample in another way.
 */
export async function loadRust({
  json,
  encode,
  sample,
}: RustOptions): Promise<RustTokenizer | undefined> {
  try {
    const { Tokenizer, AddedToken } = await import('@anush008/tokenizers');
    const native = Tokenizer.fromString(json);
    // What the file asks for in training is not to be done to texts.
    native.disableTruncation();
    native.disablePadding();
    native.addAddedTokens([new AddedToken(BETWEEN, false, { normalized: false })]);
    const rust = overNative(native, native.tokenToId(BETWEEN)!, encode);
    const [ids] = await rust.encodeAll([SAMPLE]);
    return areEqual(ids!, sample) ? rust : undefined;
  } catch {
    return undefined;
  }
}

/** A token that hardly any text has: what is on both sides of it is tokenized apart. */
const BETWEEN = '\u0000|\u0000';
/** Texts that are joined: longer ones take longer a character, and every core is to have some. */
const JOINED_CHARS = 1 << 14;
const NO_SPECIALS = { addSpecialTokens: false };

function overNative(native: Native, between: number, encode: RustOptions['encode']): RustTokenizer {
  const encoded = (texts: readonly string[]) => native.encodeBatch([...texts], NO_SPECIALS);
  const hasBetween = (text: string) => text.includes(BETWEEN);
  const encodeAll = async (texts: readonly string[]) =>
    (await encoded(texts)).map((encoding, i) =>
      hasBetween(texts[i]!) ? encode(texts[i]!) : encoding.getIds(),
    );
  const countAll = async (texts: readonly string[]) =>
    (await encoded(texts)).map((encoding, i) =>
      hasBetween(texts[i]!) ? encode(texts[i]!).length : encoding.getLength(),
    );
  return {
    countAll,
    encodeAll,
    async countShort(texts) {
      // Joining would end one of these elsewhere.
      if (texts.some(hasBetween)) return countAll(texts);
      const joined = await encoded(joinedTexts(texts));
      return joined.flatMap((encoding) => countsBetween(encoding.getIds(), between));
    },
  };
}

function joinedTexts(texts: readonly string[]): string[] {
  const joined: string[] = [];
  let group: string[] = [];
  let chars = 0;
  for (const text of texts) {
    group.push(text);
    chars += text.length;
    if (chars < JOINED_CHARS) continue;
    joined.push(group.join(BETWEEN));
    group = [];
    chars = 0;
  }
  if (group.length) joined.push(group.join(BETWEEN));
  return joined;
}

function countsBetween(ids: readonly number[], between: number): number[] {
  const counts: number[] = [];
  let count = 0;
  for (const id of ids) {
    if (id !== between) count++;
    else {
      counts.push(count);
      count = 0;
    }
  }
  counts.push(count);
  return counts;
}

function areEqual(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((id, i) => id === b[i]);
}
