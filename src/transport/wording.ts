import { printable } from '../base/printable.ts';

/** Makes a text of the server's fit to be kept and shown: one line, printable, without secrets, not long. */
export type Wording = (text: string) => string;

/** Enough for every engine's own messages, short enough for a table and a million records. */
const CHARS_MAX = 300;

/**
 * Secrets are struck out before anything is cut, as half a key is a secret too; and again when the
 * characters that would have hidden one are gone.
 */
export function wording(redact: (text: string) => string): Wording {
  return (text) => {
    const line = redact(printable(redact(text).slice(0, 4 * CHARS_MAX)));
    return line.length > CHARS_MAX ? `${line.slice(0, CHARS_MAX)}...` : line;
  };
}

export const withoutSecrets: Wording = wording((text) => text);
