import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PREFIX = 'confab-tests-';

/** All temporary folders of a run of the tests lie in one, which goes when the run is over. */
// biome-ignore lint/style/noDefaultExport: vitest calls the default export
export default function oneFolder(): (() => void) | undefined {
  // Each project of the configuration asks for it.
  if (process.env['TMPDIR']?.includes(PREFIX)) return undefined;
  const folder = mkdtempSync(join(tmpdir(), PREFIX));
  // What workers, and the programs that tests start, take for the system's.
  process.env['TMPDIR'] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
