import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { VirtualClock } from '../../src/base/clock.ts';
import { UsageError } from '../../src/base/errors.ts';
import { reportCommand } from '../../src/commands/report/report.ts';
import { openJournal, rounded } from '../../src/record/journal.ts';
import { createRunFolder, nextJournal } from '../../src/record/run-folder.ts';
import type { Partition } from '../../src/scenario/population.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import { footer, header, SCENARIO, sampleRecords } from '../record/sample.ts';
import { renderReport } from '../support/composed.ts';

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

function runFolder(
  users: number,
  partition?: Partition,
  change: Partial<ScenarioInput> = {},
): string {
  const folder = createRunFolder(dir, 'sample', 0);
  const population = { ...SCENARIO.population!, partition };
  const head = header({}, { ...SCENARIO, population, ...change });
  const journal = openJournal(nextJournal(folder).path, head, new VirtualClock());
  for (const record of sampleRecords({ users })) {
    const { of = 1, index = 0 } = partition ?? {};
    if (record.userId % of === index) journal.write(record);
  }
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
  await report(runFolder(10, { index: 0, of: 2 }), runFolder(10, { index: 1, of: 2 }), '--json');
  const json = JSON.parse(printed);
  expect(json).toMatchObject({ format: 'confab-summary', version: 1 });
  expect(json.counts.planned).toBe(sampleRecords({ users: 10 }).length);
  expect(json.time.parts).toHaveLength(2);
});

test('--csv prints a row for each number, --md the report as Markdown', async () => {
  const folder = runFolder(4);
  await report(folder, '--csv');
  expect(printed).toMatch(/^name,unit,value,count,mean,.*\n/);
  expect(printed).toMatch(/^counts\.planned,requests,17,,/m);
  printed = '';
  await report(folder, '--md');
  expect(printed).toMatch(/^## Per request\n\n\| {2}\| count \| mean /m);
});

test('--export writes any format of a run that is over, of partitions taken together', async () => {
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const shares = [0, 1].map((index) => runFolder(4, { index, of: 2 }));
  const [csv, xml] = [join(dir, 'a.csv'), join(dir, 'b.xml')];
  await report(...shares, '--export', `planned-csv=${csv}`, '--export', `junit=${xml}`);
  expect(readFileSync(csv, 'utf8').trimEnd().split('\n')).toHaveLength(18);
  expect(readFileSync(xml, 'utf8')).toContain('<testsuites');
  expect(printed).toContain('Per request');
  expect(said.mock.calls.join('')).toBe(`wrote ${csv}\nwrote ${xml}\n`);
});

test.each([
  ['vllm', /found 'vllm'; expected FORMAT=FILE, where FORMAT is one of csv, json/],
  ['excel=a.xlsx', /found 'excel=a.xlsx'; expected FORMAT=FILE/],
  ['vllm=/nowhere/a.json', /--export: cannot write \/nowhere\/a.json: ENOENT/],
])('--export %s is refused', async (flag, message) => {
  await expect(report(runFolder(2), '--export', flag)).rejects.toThrow(message);
});

test.each<[string, RegExp, Parameters<typeof runFolder>[]]>([
  ['two runs', /found two runs that were played whole; expected the partitions/, [[4], [4]]],
  [
    'on one GPU and on another',
    /found different engine\.gpu;.*confab report DIR --json/,
    [[4], [4, undefined, { engine: { gpu: 'l40s' } }]],
  ],
  [
    'partitions of two seeds',
    /found different seed;/,
    [
      [4, { index: 0, of: 2 }],
      [4, { index: 1, of: 2 }, { seed: 8 }],
    ],
  ],
  [
    'a half and a third',
    /found different population\.partition\.of;/,
    [
      [4, { index: 0, of: 2 }],
      [4, { index: 1, of: 3 }],
    ],
  ],
  [
    'a half and the whole',
    /found different population\.partition\.of;/,
    [[4, { index: 0, of: 2 }], [4]],
  ],
  [
    'the same half twice',
    /found the same partition in both;/,
    [
      [4, { index: 0, of: 2 }],
      [4, { index: 0, of: 2 }],
    ],
  ],
])('%s are not one run: refused, naming both folders', async (_what, said, folders) => {
  const dirs = folders.map((folder) => runFolder(...folder));
  await expect(report(...dirs)).rejects.toThrow(said);
  await expect(report(...dirs)).rejects.toThrow(UsageError);
  await expect(report(...dirs)).rejects.toThrow(`${dirs[0]} and ${dirs[1]}: `);
});

test('partitions may write elsewhere, and reach the engine under another name', async () => {
  const elsewhere = {
    target: { url: 'http://10.0.0.1:8000', model: 'llama' },
    output: { dir: 'x' },
  };
  await report(runFolder(4, { index: 0, of: 2 }), runFolder(4, { index: 1, of: 2 }, elsewhere));
  expect(printed).toContain('merged from 2 run folders, which played 2 partitions');
});

test('a folder given twice, also under another name, is refused', async () => {
  const folder = runFolder(2);
  symlinkSync(folder, join(dir, 'link'));
  await expect(report(folder, join(dir, 'link'))).rejects.toThrow(UsageError);
  await expect(report(folder, join(dir, 'none'))).rejects.toThrow(/none: ENOENT/);
});
