import { dirname, join, resolve } from 'node:path';
import type { Plugin } from 'vitest/config';

const ROOT = resolve(import.meta.dirname, '../..');
const [TESTS, SOURCE] = [join(ROOT, 'test/'), join(ROOT, 'src/')];

/**
 * Gives tests the modules of `dist/` for those of `src/`, which Node loads by itself: nothing is transformed a second
 * time, and what one module takes of another costs no getter. What `npm test` built just before is what it tests.
 *
 * @param except files of tests that put something in the place of what a module exports, which Node's own do not allow
 */
export function asBuilt(except: readonly string[]): Plugin {
  const own = new Set(except.map((file) => join(ROOT, file)));
  return {
    name: 'as-built',
    enforce: 'pre',
    resolveId(source, importer) {
      if (!importer?.startsWith(TESTS) || own.has(importer) || !source.endsWith('.ts')) return;
      const file = resolve(dirname(importer), source);
      if (!file.startsWith(SOURCE)) return;
      const built = `${file.slice(SOURCE.length, -'.ts'.length)}.js`;
      return { id: join(ROOT, 'dist', built), external: true };
    },
  };
}
