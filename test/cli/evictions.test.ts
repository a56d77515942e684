import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RunSummary } from '../../src/report/run-summary.ts';
import { samplesOf } from '../../src/server/exposition.ts';
import { confab, runFolder } from '../support/confab.ts';
import { freshFolder } from '../support/folders.ts';

test('evictions of a simulated run are in its report and summary, and in the report made again', async () => {
  const cwd = freshFolder();
  const set = (field: string) => ['--set', field];
  const live = await confab(
    [
      ...['simulate', join(import.meta.dirname, '../../configs/demo.yaml')],
      ...[...set('engine.blocks=151'), ...set('population.users=6')],
    ],
    { cwd },
  );
  expect(live.code).toBe(0);
  const dir = runFolder(cwd);
  const json = readFileSync(join(dir, 'summary.json'), 'utf8');
  const { evictions } = JSON.parse(json) as RunSummary;
  const { gpu } = evictions!.blocks!;
  expect(gpu!.total).toBeGreaterThan(0);
  expect(evictions!.lifetimeSec!.count).toBe(gpu!.total);
  const pages = readFileSync(join(dir, 'metrics.ndjson'), 'utf8').trim().split('\n');
  const { text } = JSON.parse(pages.at(-1)!) as { text: string };
  const counted = samplesOf(text, (name) => name === 'confab:kv_evicted_blocks_total');
  expect(gpu!.total).toBe(counted.reduce((sum, { value }) => sum + value, 0));
  expect(live.stdout).toMatch(new RegExp(`^Evictions\n  gpu +${gpu!.total} blocks: `, 'm'));

  const [again, asJson] = await Promise.all([
    confab(['report', dir], { cwd }),
    confab(['report', dir, '--json'], { cwd }),
  ]);
  expect(asJson.stdout).toBe(json);
  expect(live.stdout).toContain(again.stdout.trimEnd());
});
