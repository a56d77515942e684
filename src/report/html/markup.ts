import { escaped } from '../../figures/letters.ts';

/** Text as it stands in HTML: whatever it holds, it is text. A line break in it says no more than a space. */
export function text(words: string): string {
  return escaped(words.replace(/\s*\n\s*/g, ' '));
}

/** An element around what is HTML already; none around nothing. */
export function element(tag: string, inside: string, attributes = ''): string {
  return inside ? `<${tag}${attributes && ` ${attributes}`}>${inside}</${tag}>` : '';
}

/** What a link can end with: letters, digits and dashes. */
export function slug(words: string): string {
  return words
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
}
