import { bisectRight } from 'd3-array';
import { stream } from '../../base/random.ts';
import type { Corpus } from '../text/corpus.ts';
import { WORD_START } from '../text/corpus-table.ts';
import { BEFORE } from '../text/lead-words.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';

export interface FitOptions {
  readonly seed: string | number;
  readonly corpus: Corpus;
  readonly tokenizer: Tokenizer;
}

/** Where a text may be cut, and the tokens before each place. */
interface Cuts {
  readonly text: string;
  readonly places: readonly number[];
  readonly tokensBefore: readonly number[];
}

/**
 * Makes a text exactly so many tokens long: it is cut before a word and filled up with words of one token,
 * or goes on with words of another text behind a space. Exact where the corpus's own cuts are.
 */
export function fitter({
  seed,
  corpus,
  tokenizer,
}: FitOptions): (text: string, tokens: number) => string {
  const counted = new Map<string, number>();
  const known = new Map<string, Cuts>();
  const beforeTokens = tokenizer.count(BEFORE);
  const countWithin = (piece: string): number => {
    const kept = counted.get(piece);
    if (kept !== undefined) return kept;
    const tokens = tokenizer.count(BEFORE + piece) - beforeTokens;
    counted.set(piece, tokens);
    return tokens;
  };
  const cutsOf = (given: string): Cuts => {
    const kept = known.get(given);
    if (kept) return kept;
    const text = given.trim();
    const places = [...Array.from(text.matchAll(WORD_START), ({ index }) => index), text.length];
    const tokensBefore: number[] = [];
    let tokens = tokenizer.count(text.slice(0, places[0]));
    for (const [i, place] of places.entries()) {
      if (i > 0) tokens += countWithin(text.slice(places[i - 1], place));
      tokensBefore.push(tokens);
    }
    const cuts = { text, places, tokensBefore };
    known.set(given, cuts);
    return cuts;
  };
  let index = 0;
  return (given, tokens) => {
    const { text, places, tokensBefore } = cutsOf(given);
    const at = bisectRight(tokensBefore, tokens) - 1;
    const missing = tokens - (tokensBefore[at] ?? 0);
    const begun = text.slice(0, places[at] ?? 0);
    if (missing === 0) return begun;
    const rng = stream(seed, 'workload filling', index++);
    const isCut = at < places.length - 1;
    // A few words of one token each where it was cut; else whole sentences.
    const filling = corpus.cut(rng, missing, isCut ? fillers(corpus, missing, rng) : undefined);
    return begun ? `${begun} ${filling}` : filling;
  };
}

function fillers({ leadWords }: Corpus, count: number, rng: () => number): string[] {
  return Array.from({ length: count }, () => leadWords[Math.floor(rng() * leadWords.length)]!);
}
