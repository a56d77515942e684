/** A text and its length. */
export interface Spoken {
  readonly text: string;
  /** undefined where nothing has counted them. */
  readonly tokens: number | undefined;
}

/** Joined by one space: between cuts of a corpus, tokens add exactly. */
export function joined(...parts: readonly Spoken[]): Spoken {
  return parts.reduce((a, b) => (a.text && b.text ? joinedBy(' ', a, b) : a.text ? a : b));
}

export function joinedBy(separator: string, a: Spoken, b: Spoken): Spoken {
  const isCounted = a.tokens !== undefined && b.tokens !== undefined;
  // Subtle: adding leaves long texts where they are until they are sent; join would copy them now.
  return {
    text: `${a.text}${separator}${b.text}`,
    tokens: isCounted ? a.tokens + b.tokens : undefined,
  };
}
