import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { digestOf } from './digest.ts';
import { readCache, writeCache } from './disk-cache.ts';

/** sha256 of a file's bytes. Kept by path, size and time of change, because hashing 700 MB takes seconds. */
export async function contentDigest(file: string, cacheDir: string): Promise<string> {
  const { size, mtimeNs } = statSync(file, { bigint: true });
  const key = `content-${digestOf(resolve(file), String(size), String(mtimeNs))}`;
  const kept = readCache(cacheDir, key);
  if (kept) return kept.toString('utf8');
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  const digest = hash.digest('hex');
  writeCache(cacheDir, key, Buffer.from(digest));
  return digest;
}
