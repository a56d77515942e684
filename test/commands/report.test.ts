import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { VirtualClock } from '../../src/base/clock.ts';
import { UsageError } from '../../src/base/errors.ts';
import { reportCommand } from '../../src/commands/report.ts';
import { openJournal, rounded } from '../../src/record/journal.ts';
import { createRunFolder, nextJournal } from '../../src/record/run-folder.ts';
import { renderReport } from '../../src/report/text.ts';
import { footer, header, sampleRecords } from '../record/sample.ts';

let dir: string;
let printed: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'confab-report-'));
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += text;
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(dir, { recursive: true });
});

function runFolder(users: number): string {
  const folder = createRunFolder(dir, 'sample', 0);
  const journal = openJournal(nextJournal(folder).path, header(), new VirtualClock());
  for (const record of sampleRecords({ users })) journal.write(record);
  journal.close(footer());
  return folder;
}

const report = (...args: string[]) => reportCommand().parseAsync(args, { from: 'user' });

test('the report made again is the report of the live run', async () => {
  await report(runFolder(10));
  const records = sampleRecords({ users: 10 }).map(rounded);
  const live = { parts: [{ header: header(), records, footer: footer() }], warnings: [] };
  expect(printed).toBe(`${renderReport(live)}\n`);
});

test('--json prints what summary.json holds, of several folders together', async () => {
  await report(runFolder(10), runFolder(10), '--json');
  const json = JSON.parse(printed);
  expect(json).toMatchObject({ format: 'confab-summary', version: 1 });
  expect(json.counts.planned).toBe(2 * sampleRecords({ users: 10 }).length);
  expect(json.time.parts).toHaveLength(2);
});

test('a folder given twice, also under another name, is refused', async () => {
  const folder = runFolder(2);
  symlinkSync(folder, join(dir, 'link'));
  await expect(report(folder, join(dir, 'link'))).rejects.toThrow(UsageError);
  await expect(report(folder, join(dir, 'none'))).rejects.toThrow(/none: ENOENT/);
});
