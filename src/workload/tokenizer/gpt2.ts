import { existsSync, readFileSync } from 'node:fs';
import { makeGpt2Json } from './gpt2-ranks.ts';

/** The file that `npm run build` leaves beside the compiled modules. */
export const GPT2_FILE = new URL('./gpt2-tokenizer.json', import.meta.url);

let made: string | undefined;

/** The GPT-2 tokenizer.json as text: the built file, or the same made in memory where nothing was built. */
export function gpt2Json(): string {
  return existsSync(GPT2_FILE) ? readFileSync(GPT2_FILE, 'utf8') : (made ??= makeGpt2Json());
}
