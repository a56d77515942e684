/** A text and its length. */
export interface Spoken {
  readonly text: string;
  /** undefined where nothing has counted them. */
  readonly tokens: number | undefined;
}

/** Joined by one space: between cuts of a corpus, tokens add exactly. */
export function joined(...parts: readonly Spoken[]): Spoken {
  const said = parts.filter((part) => part.text);
  return {
    text: said.map((part) => part.text).join(' '),
    tokens: said.reduce<number | undefined>((sum, { tokens }) => plus(sum, tokens), 0),
  };
}

function plus(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}
