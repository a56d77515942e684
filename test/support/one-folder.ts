import { existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PREFIX = 'confab-tests-';
/** Files there never meet a disk: thousands are made and removed for half the time of the system. */
const MEMORY = '/dev/shm';
/** Several times what all tests leave behind. */
const ROOM_BYTES = 4 * 1024 ** 3;

/** All temporary folders of a run of the tests lie in one, which goes when the run is over. */
// biome-ignore lint/style/noDefaultExport: vitest calls the default export
export default function oneFolder(): (() => void) | undefined {
  // Each project of the configuration asks for it.
  if (process.env['TMPDIR']?.includes(PREFIX)) return undefined;
  const folder = mkdtempSync(join(hasRoom(MEMORY) ? MEMORY : tmpdir(), PREFIX));
  // What workers, and the programs that tests start, take for the system's.
  process.env['TMPDIR'] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}

function hasRoom(folder: string): boolean {
  if (!existsSync(folder)) return false;
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize >= ROOM_BYTES;
}
