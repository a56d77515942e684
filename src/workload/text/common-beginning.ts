import { bisectLeft } from 'd3-array';

/** What a text begins with and another too. */
export interface CommonBeginning {
  readonly text: string;
  /** The place of the other, which comes before it; absent: they have nothing in common. */
  readonly place?: number;
}

/**
 * For every text the longest beginning, up to a word's end, that an earlier one has too. The nearest in
 * alphabetical order share most, so two neighbours are compared and not all.
 */
export function commonBeginnings(texts: readonly string[]): CommonBeginning[] {
  const earlier: string[] = [];
  const places: number[] = [];
  return texts.map((text, place) => {
    const at = bisectLeft(earlier, text);
    const [one, other] = [at - 1, at].map((near) => commonBeginning(text, earlier[near] ?? ''));
    const isOne = one!.length > other!.length;
    const common = isOne ? one! : other!;
    const of = places[isOne ? at - 1 : at];
    earlier.splice(at, 0, text);
    places.splice(at, 0, place);
    return { text: common, ...(common && { place: of! }) };
  });
}

/** Up to a word's end: one that goes on differently may be another token altogether. */
export function commonBeginning(text: string, other: string): string {
  let length = 0;
  while (length < text.length && text[length] === other[length]) length++;
  const isWordEnd = [text[length], other[length]].every((next) => !next || /\s/.test(next));
  return text.slice(0, isWordEnd ? length : text.slice(0, length).search(/\s*\S*$/));
}
