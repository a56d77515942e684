import { escaped, type Lettering } from './letters.ts';

export const TITLE: Lettering = { size: 14, isBold: true };
export const TEXT: Lettering = { size: 11 };
export const NOTE: Lettering = { size: 10 };

/** A line of text at a place of the page. */
export function letters(
  text: string,
  x: number,
  y: number,
  { size, isBold }: Lettering,
  colour: string,
  anchor?: 'middle' | 'end',
): string {
  if (!text) return '';
  const weight = isBold ? ' font-weight="bold"' : '';
  const at = anchor ? ` text-anchor="${anchor}"` : '';
  return `<text x="${tenth(x)}" y="${tenth(y)}" font-size="${size}"${weight}${at} fill="${colour}">${escaped(text)}</text>`;
}

function tenth(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
