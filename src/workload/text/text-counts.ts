import { digestOf } from '../files/digest.ts';
import { readCache, writeCache } from '../files/disk-cache.ts';
import { openTokenizer } from '../tokenizer/tokenizer.ts';
import type { TokenizerFiles } from '../tokenizer/tokenizer-files.ts';

/** Tokens of each text: as kept on disk, or counted now, for which the vocabulary is loaded. */
export async function countTexts(
  texts: readonly string[],
  tokenizer: TokenizerFiles,
  cacheDir: string,
): Promise<number[]> {
  const key = `counts-${digestOf(tokenizer.digest, texts)}`;
  const kept = readCache(cacheDir, key);
  if (kept) return JSON.parse(kept.toString('utf8'));
  const { count } = await openTokenizer(tokenizer);
  const counts = texts.map(count);
  writeCache(cacheDir, key, Buffer.from(JSON.stringify(counts)));
  return counts;
}
