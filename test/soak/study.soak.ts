import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ArmFindings, Estimate } from '../../src/study/study.ts';
import { confabProcess } from '../support/confab.ts';
import { freshFolder, ROOT } from '../support/folders.ts';

/** The table that src/study/README.md tells, by its first column: the numbers of each row as they stand there. */
function told(): Map<string, string[]> {
  const readme = readFileSync(join(ROOT, 'src/study/README.md'), 'utf8');
  const rows = readme.split('\n').filter((line) => line.startsWith('| `') && line.includes(' ± '));
  return new Map(
    rows.map((row) => {
      const [name = '', ...cells] = row.split('|').slice(1, -1);
      return [name.replaceAll('`', '').trim(), cells.map((cell) => cell.trim())];
    }),
  );
}

function cellOf(estimate: Estimate | undefined, digits = 0, factor = 1): string {
  if (!estimate) return '';
  const half = estimate.interval95![1] - estimate.mean;
  return `${(factor * estimate.mean).toFixed(digits)} ± ${(factor * half).toFixed(digits)}`;
}

test('the priority study finds what its README says, and the gain shrinks with the noise', async () => {
  const cwd = freshFolder();
  const args = ['priority', '--noise', '25,50,100,200,400', '--json', 'found.json'];
  const { code } = await confabProcess(args, { cwd, limitMs: 3_000_000 });
  expect(code).toBe(0);
  const found = JSON.parse(readFileSync(join(cwd, 'found.json'), 'utf8'));
  const arms = new Map((found.arms as ArmFindings[]).map((arm) => [arm.name, arm]));
  expect(told().size).toBe(7);
  for (const [name, cells] of told()) {
    const { meanLatencyMs, gain, p99LatencyMs, p99WaitMs } = arms.get(name)!;
    expect([name, ...cells]).toEqual([
      name,
      cellOf(meanLatencyMs),
      cellOf(gain, 1, 100),
      cellOf(p99LatencyMs),
      cellOf(p99WaitMs),
    ]);
  }
  for (const { losses } of found.noise) {
    for (const { mean, interval95 } of losses) {
      expect(mean).toBeGreaterThan(0);
      expect(interval95[1]).toBeGreaterThan(0);
    }
  }
});
