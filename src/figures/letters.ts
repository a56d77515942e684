import { textWidth } from '../base/text-width.ts';

/**
 * Of the width of a letter in its height: more than most have in the fonts that are taken for one without
 * serifs, so that no text runs into another whatever font it is shown in.
 */
const LETTER = 0.6;
const BOLD_LETTER = 0.65;

export interface Lettering {
  readonly size: number;
  readonly isBold?: boolean;
}

/** Pixels that a text takes at most. */
export function lettersWidth(text: string, { size, isBold }: Lettering): number {
  return textWidth(text) * size * (isBold ? BOLD_LETTER : LETTER);
}

/** The text, or as much of its beginning as there is room for. */
export function shortened(text: string, room: number, lettering: Lettering): string {
  if (lettersWidth(text, lettering) <= room) return text;
  const letters = [...text];
  while (letters.length && lettersWidth(`${letters.join('')}…`, lettering) > room) letters.pop();
  return letters.length ? `${letters.join('').trimEnd()}…` : '';
}

/** Words in lines, each as long as there is room for. */
export function linesOf(text: string, room: number, lettering: Lettering): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const longer = lines.length ? `${lines.at(-1)} ${word}` : word;
    if (lines.length && lettersWidth(longer, lettering) <= room) lines[lines.length - 1] = longer;
    else lines.push(shortened(word, room, lettering));
  }
  return lines;
}

const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** As it stands in XML. */
export function escaped(text: string): string {
  return text.replace(FORBIDDEN, '\ufffd').replace(/[&<>"]/g, (letter) => ENTITIES[letter]!);
}
