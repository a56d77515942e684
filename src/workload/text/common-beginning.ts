import { bisectLeft } from 'd3-array';

/** What a text begins with and another too. */
export interface CommonBeginning {
  readonly text: string;
  /** The place of the other, which comes before it; absent: they have nothing in common. */
  readonly place?: number;
}

/** For every text the longest beginning, up to a word's end, that an earlier one has too. */
export function commonBeginnings(texts: readonly string[]): CommonBeginning[] {
  const earlier = new EarlierTexts();
  return texts.map((text) => earlier.add(text));
}

/** The nearest in alphabetical order share most, so two neighbours are compared and not all. */
export class EarlierTexts {
  readonly #texts: string[] = [];
  readonly #places: number[] = [];

  /** What it begins with and one of those that were added before it. */
  add(text: string): CommonBeginning {
    const at = bisectLeft(this.#texts, text);
    const [one, other] = [at - 1, at].map((near) => commonBeginning(text, this.#texts[near] ?? ''));
    const isOne = one!.length > other!.length;
    const common = isOne ? one! : other!;
    const place = this.#places[isOne ? at - 1 : at];
    this.#texts.splice(at, 0, text);
    this.#places.splice(at, 0, this.#places.length);
    return { text: common, ...(common && { place: place! }) };
  }
}

/** Up to a word's end: one that goes on differently may be another token altogether. */
export function commonBeginning(text: string, other: string): string {
  let length = 0;
  while (length < text.length && text[length] === other[length]) length++;
  const isWordEnd = [text[length], other[length]].every((next) => !next || /\s/.test(next));
  return text.slice(0, isWordEnd ? length : text.slice(0, length).search(/\s*\S*$/));
}
