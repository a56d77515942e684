import { createHash } from 'node:crypto';

/** sha256 in hexadecimal; of a string, that of its UTF-8. */
export function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

/** sha256 over values of JSON; other values give another digest, however they are split into parts. */
export function digestOf(...parts: readonly unknown[]): string {
  return sha256(JSON.stringify(parts));
}

/** sha256 over texts that are longer together than a string can be. */
export function digestOfTexts(texts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(`${Buffer.byteLength(text)}:`).update(text);
  return hash.digest('hex');
}
