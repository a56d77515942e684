import { textWidth } from '../base/text-width.ts';

/** Columns of paper, and of a terminal of which nothing else is known. */
export const PAGE_WIDTH = 80;

/** Lines that are longer are hard to read, however much room there is. */
const PROSE_WIDTH_MAX = 110;

/** So wide are paragraphs where lines may have `width` columns. */
export function proseWidth(width: number): number {
  return Math.min(width, PROSE_WIDTH_MAX);
}

/** Of a number that stands before it, and at the beginning of no line. */
const UNIT = /^(ms|s|min|h|%|GB|GB\/s|\/s)[,;:.)]*$/;

/** The text after its head, in lines of at most `width` columns (or one word), each below the first. */
export function hanging(head: string, text: string, width: number): string {
  return linesOf(head, wordsOf(text), width).join('\n');
}

/** The words in lines of at most `width` columns (or one word); a unit is a word like any other. */
export function broken(text: string, width: number): string {
  return linesOf('', text.split(' '), width).join('\n');
}

function linesOf(head: string, words: readonly string[], width: number): string[] {
  const headWidth = textWidth(head);
  const indent = ' '.repeat(headWidth);
  const lines: string[] = [];
  let line = head;
  let used = headWidth;
  let isEmpty = true;
  for (const word of words) {
    const wordWidth = textWidth(word);
    if (!isEmpty && used + 1 + wordWidth > width) {
      lines.push(line);
      line = indent;
      used = headWidth;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    used += isEmpty ? wordWidth : 1 + wordWidth;
    isEmpty = false;
  }
  return [...lines, line];
}

/** A unit is of the word before it. */
function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const word of text.split(' ')) {
    if (words.length > 0 && UNIT.test(word)) words.push(`${words.pop()} ${word}`);
    else words.push(word);
  }
  return words;
}
