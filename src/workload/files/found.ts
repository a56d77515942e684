const SHOWN_CHARACTERS = 60;

/** What a data file has where something else was expected, for an error: its beginning, or that it is missing. */
export function found(value: unknown): string {
  const text = JSON.stringify(value);
  return text === undefined ? 'missing' : `found ${shown(text)}`;
}

export function shown(text: string): string {
  return text.trim().slice(0, SHOWN_CHARACTERS);
}
