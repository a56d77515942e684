import { type Tell, tellCounting } from '../files/cost.ts';
import { digestOf, digestOfTexts } from '../files/digest.ts';
import { readCache, writeJsonCache } from '../files/disk-cache.ts';
import { openTokenizer } from '../tokenizer/tokenizer.ts';
import type { TokenizerFiles } from '../tokenizer/tokenizer-files.ts';

/** Tokens of each text: as kept on disk, or counted now, for which the vocabulary is loaded. */
export async function countTexts(
  texts: readonly string[],
  tokenizer: TokenizerFiles,
  cacheDir: string,
  tell?: Tell,
): Promise<number[]> {
  const key = `counts-${digestOf(tokenizer.digest, digestOfTexts(texts))}`;
  const kept = readCache(cacheDir, key);
  if (kept) return JSON.parse(kept.toString('utf8'));
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  const progress = tellCounting(tell, { what: `${texts.length} texts`, bytes, cacheDir });
  const { countAll } = await openTokenizer(tokenizer);
  const counts = await countAll(texts, progress.counted);
  writeJsonCache(cacheDir, key, counts);
  progress.done();
  return counts;
}
