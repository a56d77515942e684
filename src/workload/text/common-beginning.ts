import { bisectLeft } from 'd3-array';

/**
 * For every text the longest beginning, up to a word's end, that an earlier one has too. The nearest in
 * alphabetical order share most, so two neighbours are compared and not all.
 */
export function commonBeginnings(texts: readonly string[]): string[] {
  const earlier: string[] = [];
  return texts.map((text) => {
    const at = bisectLeft(earlier, text);
    const [one, other] = [earlier[at - 1], earlier[at]].map((near) =>
      commonBeginning(text, near ?? ''),
    );
    earlier.splice(at, 0, text);
    return one!.length > other!.length ? one! : other!;
  });
}

/** Up to a word's end: one that goes on differently may be another token altogether. */
export function commonBeginning(text: string, other: string): string {
  let length = 0;
  while (length < text.length && text[length] === other[length]) length++;
  const isWordEnd = [text[length], other[length]].every((next) => !next || /\s/.test(next));
  return text.slice(0, isWordEnd ? length : text.slice(0, length).search(/\s*\S*$/));
}
