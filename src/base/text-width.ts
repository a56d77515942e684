import stringWidth from 'string-width';

const ASCII = /^[ -~]*$/;

/** Columns that a text takes; what most texts are made of takes one a letter, and is not looked at twice. */
export function textWidth(text: string): number {
  return ASCII.test(text) ? text.length : stringWidth(text);
}
