import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { confab } from '../support/confab.ts';
import { freshFolder, ROOT } from '../support/folders.ts';

const RANKS = 64;
const USERS = 2000;

/** The records of all journals below a folder, and its run folders. */
function playedIn(dir: string) {
  const folders = readdirSync(dir).map((name) => join(dir, name));
  const records = folders.flatMap((folder) =>
    readFileSync(join(folder, 'journal.ndjson'), 'utf8').trim().split('\n').slice(1, -1),
  );
  return { folders, records: records.sort() };
}

async function simulate(dir: string, more: readonly string[]): Promise<void> {
  const args = ['simulate', 'configs/demo.yaml', '--users', `${USERS}`, '--output-dir', dir];
  const engine = ['--set', 'engine.fixed.ttftMs=120', '--set', 'engine.fixed.tpotMs=9'];
  const { code, stderr } = await confab([...args, '--users-per-sec', '200', ...engine, ...more], {
    cwd: ROOT,
  });
  expect(code, stderr).toBe(0);
}

/** The numbers of a report, but for who played it, and how many. */
async function numbersOf(folders: readonly string[]) {
  const { stdout } = await confab(['report', ...folders, '--json'], { cwd: ROOT });
  const { run: _, client: __, time: ___, ...numbers } = JSON.parse(stdout);
  return numbers;
}

test(`${RANKS} ranks simulated by the program merge to the whole, byte for byte`, async () => {
  const [one, many] = [join(freshFolder(), 'one'), join(freshFolder(), 'many')];
  await simulate(one, []);
  for (let rank = 0; rank < RANKS; rank++) {
    await simulate(many, ['--partition', `${rank}/${RANKS}`]);
  }
  const [whole, parts] = [playedIn(one), playedIn(many)];
  expect(parts.folders).toHaveLength(RANKS);
  expect(parts.records).toEqual(whole.records);
  expect(await numbersOf(parts.folders)).toEqual(await numbersOf(whole.folders));
  console.log(`${RANKS} ranks: ${parts.records.length} records, the same bytes as those of one`);
});
