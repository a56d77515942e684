import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { SystemClock } from '../base/clock.ts';
import { makeFolder } from '../base/make-folder.ts';
import { openJournal } from '../record/journal.ts';
import { rankFolder } from '../record/rank-folders.ts';
import { nextJournal, readRun } from '../record/run-folder.ts';
import { LOCK_FILE } from '../record/run-lock.ts';
import { lostShares } from './lost-shares.ts';

/**
 * Writes what ranks that are gone had still to send into their own folders below the shared one, as a further part
 * of each: whoever reads them finds every planned request. Returns what is to be told of it.
 * @throws UsageError for a folder of no run, or one that cannot be written.
 */
export async function recordLostShares(shared: string): Promise<string[]> {
  const { shares, warnings } = await lostShares(readRun(shared).parts);
  for (const { rank, part } of shares) {
    const dir = rankFolder(shared, rank);
    makeFolder(dir);
    const journal = openJournal(nextJournal(dir).path, part.header, new SystemClock());
    for (const record of part.records) journal.write(record);
    journal.close(part.footer);
    // Of a process that is gone, as far as anybody knows: it would keep the rank from being resumed elsewhere.
    rmSync(join(dir, LOCK_FILE), { force: true });
  }
  return [...shares.map(({ told }) => told), ...warnings];
}
