import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
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

test('a page and figures are written beside the report, and said', async () => {
  const said: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => !!said.push(String(text)));
  const folder = runFolder(4);
  await report(folder, '--html', join(dir, 'a.html'), '--figures', join(dir, 'figures'));
  expect(printed).toContain('Run sample');
  const page = readFileSync(join(dir, 'a.html'), 'utf8');
  // All columns, and why the plan is not there: the sample was never played.
  for (const text of ['Run sample', 'generator delay ms', 'The plan is not laid over the run.']) {
    expect(page).toContain(text);
  }
  expect(readdirSync(join(dir, 'figures'))).toEqual(
    [
      'hit-and-ttft-by-round',
      'hit-vs-capacity',
      'ideal-predicted-observed-by-turn',
      'prompt-tokens-by-source',
      'survival',
      'ttft-waterfall',
    ].flatMap((name) => [`${name}.png`, `${name}.svg`]),
  );
  expect(said.join('')).toContain('not drawn for want of data: ttft-vs-users (');
  await report(folder, '--html');
  expect(readdirSync(folder)).toContain('report.html');
});

test.each([
  [['--html', 'none/a.html'], /--html: found none\/a\.html; expected a file in a folder/],
  [['--html', 'a.txt'], /--html: found a\.txt; expected a name that ends in \.html/],
  [['--html', ''], /--html: found ''; expected a name/],
  [['--figures', 'none/deeper'], /--figures: found none\/deeper; expected a folder/],
  [['--figures', import.meta.filename], /expected a folder .*: is no folder/],
])('%j is refused before a run is read', async (flags, problem) => {
  await expect(report(join(dir, 'no-run'), ...flags)).rejects.toThrow(problem);
});

test('--html that would take a run folder for its file says so', async () => {
  await expect(report('--html', runFolder(1))).rejects.toThrow(/--html is the last word/);
});

test('a page asks no network for the tokenizer of its plan, and says that it has none', async () => {
  const asked = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('no network'));
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const conversation = { ...SCENARIO.conversation!, tokenizer: 'nobody/has-it' };
  const path = join(dir, 'page.html');
  await report(runFolder(10, undefined, { conversation }), '--html', path);
  expect(asked).not.toHaveBeenCalled();
  expect(readFileSync(path, 'utf8')).toContain('It needs the tokenizer nobody/has-it');
});
