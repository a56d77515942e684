import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { EXPORTS, type Exportable } from '../../src/export/exports.ts';
import { summarise } from '../../src/report/run-summary.ts';
import { EXPORT_FORMATS } from '../../src/scenario/output.ts';
import { samplePart, turnRecord } from '../record/sample.ts';
import { csvOf } from '../support/confab.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'confab-export-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

function sample(): Exportable {
  const records = [turnRecord({ turn: 4 }), turnRecord({ status: 'http' })];
  const run = { parts: [samplePart({ records })], warnings: [] };
  return { run, summary: summarise(run) };
}

test('every format that a scenario may name can be written, each to a file of its own', async () => {
  expect(Object.keys(EXPORTS).sort()).toEqual(Object.keys(EXPORT_FORMATS).sort());
  const files = Object.values(EXPORTS).map(({ file }) => file);
  expect(new Set(files).size).toBe(files.length);
  for (const { file, write } of Object.values(EXPORTS)) {
    await write(sample(), join(dir, file));
    expect(readFileSync(join(dir, file)).length).toBeGreaterThan(0);
  }
});

test('csv: a row a completed request, with the columns of whoever plays last', async () => {
  const path = join(dir, 'x.csv');
  await EXPORTS.csv.write(
    { ...sample(), csvColumns: [['round', ({ record }) => `${record.turn}`]] },
    path,
  );
  expect(csvOf(path)).toEqual([expect.objectContaining({ turn: '4', round: '4', status: 'ok' })]);
  expect(Object.keys(csvOf(path)[0]!).at(-1)).toBe('round');
});

test('json: what summary.json holds', async () => {
  const path = join(dir, 'x.json');
  await EXPORTS.json.write(sample(), path);
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({
    ...{ format: 'confab-summary', version: 1 },
    counts: { completed: 1, failed: 1 },
  });
});
