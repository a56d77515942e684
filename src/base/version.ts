import { readFileSync } from 'node:fs';

/** The server whose API, words and counting the embedded engine has. */
export const ANSWERS_AS = 'vLLM 0.32';

/** The version in package.json, two folders above this file in `src` and in `dist` alike. */
export function version(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
