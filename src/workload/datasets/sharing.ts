import type { Tokenizer } from '../tokenizer/tokenizer.ts';

/** What texts have in common from their first token on, one value a text. */
export interface Sharing {
  readonly tokens: readonly number[];
  /** The longest beginning that it has in common with any other. */
  readonly common: readonly number[];
  /** In common with the one before it in alphabetical order; their sum is what earlier texts begin with too, in any order. */
  readonly repeated: readonly number[];
  /** By the number of the group, what all of it have in common. */
  readonly ofGroup: readonly number[];
}

/**
 * Counted in tokens of the texts as they are. In alphabetical order the longest common beginning is a
 * neighbour's, the sum over neighbours is what a cache of unlimited room would find, and what all of a group have
 * in common is what its first and its last have.
 * @param groupOf the group of each text, from 0
 */
export async function sharingOf(
  texts: readonly string[],
  groupOf: readonly number[],
  tokenizer: Tokenizer,
): Promise<Sharing> {
  const order = texts.map((_, index) => index);
  order.sort((a, b) => (texts[a]! < texts[b]! ? -1 : texts[a]! > texts[b]! ? 1 : 0));
  const ends: [first: number, last: number][] = [];
  for (const index of order) (ends[groupOf[index]!] ??= [index, index])[1] = index;
  const parting = (a: number, b: number) => partingOf(texts[a]!, texts[b]!);
  const neighbours = await tokensOf(
    order.slice(1).map((index, i) => parting(order[i]!, index)),
    tokenizer,
  );
  const ofGroup = await tokensOf(
    ends.map(([first, last]) => parting(first, last)),
    tokenizer,
  );
  const tokens = await tokenizer.countAll(texts);
  const common = texts.map(() => 0);
  const repeated = texts.map(() => 0);
  for (const [i, shared] of neighbours.entries()) {
    const [before, index] = [order[i]!, order[i + 1]!];
    repeated[index] = shared;
    for (const one of [before, index]) common[one] = Math.max(common[one]!, shared);
  }
  return { tokens, common, repeated, ofGroup };
}

/** What the two of each pair have in common. */
async function tokensOf(pairs: readonly Parting[], tokenizer: Tokenizer): Promise<number[]> {
  const whole = await tokenizer.countAll(pairs.map(({ words }) => words));
  return pairs.map((pair, i) => whole[i]! + tokensWithin(pair, tokenizer));
}

/** Where two texts part: what they have in common in whole words, and the word in which they part in each. */
interface Parting {
  readonly words: string;
  readonly next: string;
  readonly otherNext: string;
}

const SPACE = /\s/;

function partingOf(text: string, other: string): Parting {
  let at = 0;
  while (at < text.length && text.charCodeAt(at) === other.charCodeAt(at)) at++;
  let start = at;
  if ([text, other].some((one) => at < one.length && !SPACE.test(one[at]!))) {
    while (start > 0 && !SPACE.test(text[start - 1]!)) start--;
    while (start > 0 && SPACE.test(text[start - 1]!)) start--;
  }
  return {
    words: text.slice(0, start),
    next: wordAt(text, start),
    otherNext: wordAt(other, start),
  };
}

/** The next word, with the blanks before it. */
function wordAt(text: string, start: number): string {
  let end = start;
  while (end < text.length && SPACE.test(text[end]!)) end++;
  while (end < text.length && !SPACE.test(text[end]!)) end++;
  return text.slice(start, end);
}

/** A word, so that the blank before the next one is within the text. */
const BEFORE = 'a';

/** The tokens that the words in which they part begin with alike. */
function tokensWithin({ words, next, otherNext }: Parting, { encode }: Tokenizer): number {
  if (!next || !otherNext) return 0;
  const before = words ? BEFORE : '';
  const [ids, others] = [encode(before + next), encode(before + otherNext)];
  const same = ids.findIndex((id, i) => id !== others[i]);
  return Math.max(0, (same < 0 ? ids.length : same) - encode(before).length);
}
