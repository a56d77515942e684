import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');
/** The package whose program is run: this one as it is built, or one that was installed (.ci/packed). */
export const PACKAGE = process.env['CONFAB_PACKAGE'] || ROOT;

/** An empty temporary folder; see one-folder.ts for its end. */
export function freshFolder(): string {
  return mkdtempSync(join(tmpdir(), 'confab-'));
}

/** Every file below a folder, with its text. */
export function textsBelow(folder: string): { path: string; text: string }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }));
}
