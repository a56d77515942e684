import { printable } from '../base/printable.ts';

/** Makes a text of the server's fit to be kept and shown: one line, printable, without secrets, not long. */
export type Wording = (text: string, charsMax?: number) => string;

/** Of names: reasons, ids, versions. */
export const NAME_CHARS_MAX = 80;

/** Enough for every engine's own messages, short enough for a table and a million records. */
const CHARS_MAX = 300;

const PLAIN = /^[\x21-\x7e]*$/;

/**
 * Secrets are struck out before anything is cut, as half a key is a secret too; and again when the
 * characters that would have hidden one are gone.
 */
export function wording(redact: (text: string) => string): Wording {
  return (text, charsMax = CHARS_MAX) => {
    // Most are names and numbers, in which nothing hides.
    if (text.length <= charsMax && PLAIN.test(text)) return redact(text);
    const line = redact(printable(redact(text).slice(0, 4 * charsMax)));
    return line.length > charsMax ? `${line.slice(0, charsMax)}...` : line;
  };
}

export const withoutSecrets: Wording = wording((text) => text);
