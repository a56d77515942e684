/** Characters that are not seen and change what is: of direction, of format, halves of others, of no meaning. */
const HIDDEN = /[\p{Cf}\p{Cs}\p{Co}\p{Cn}]/gu;
/** White space, and characters that a terminal obeys. */
const BLANK = /[\s\p{Cc}]+/gu;

/** The same characters escaped, as JSON escapes some of them: for texts that are quoted to the letter. */
export function escaped(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) =>
    character.replace(/./gs, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
}

/** Lines that quote what others wrote, in a file or over the network, as a terminal shows them and does not obey. */
export function printableLines(text: string): string {
  return text.split('\n').map(escaped).join('\n');
}

/**
 * Text of others in one line that a terminal shows as it is, and does not obey: white space and control
 * characters become a blank, what changes the direction or cannot be seen is left out.
 */
export function printable(text: string): string {
  return text.replace(BLANK, ' ').replace(HIDDEN, '').trim();
}
