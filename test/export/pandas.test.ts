import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EXPORTS } from '../../src/export/exports.ts';
import { codeBlocks } from '../support/documents.ts';
import { freshFolder } from '../support/folders.ts';
import { titled } from '../support/needs.ts';
import { mixedRun } from './sample-run.ts';

/** Another Python than the first on the path, such as one of a virtual environment. */
const PYTHON = process.env['CONFAB_PYTHON'] ?? 'python3';
const MODULES = ['pandas', 'pyarrow', 'duckdb'];

const blocks = codeBlocks('python').filter(
  ({ document }) => document.path === 'src/export/README.md',
);

/** Looks for the modules without loading any: that alone would take a second of the processor. */
function whyNotHere(): string | undefined {
  const script = `import importlib.util as u; print(*[m for m in ${JSON.stringify(MODULES)} if not u.find_spec(m)])`;
  try {
    const missing = execFileSync(PYTHON, ['-c', script], { encoding: 'utf8' }).trim();
    return missing ? `${PYTHON} has no ${missing.replaceAll(' ', ', ')}` : undefined;
  } catch {
    return `there is no ${PYTHON}`;
  }
}

const why = whyNotHere();

test.skipIf(why)(
  titled('the page for pandas and DuckDB runs, and finds the numbers of the report', why),
  async () => {
    const { run, summary } = mixedRun();
    const dir = freshFolder();
    for (const format of ['planned-csv', 'parquet', 'json'] as const) {
      await EXPORTS[format].write({ run, summary }, join(dir, EXPORTS[format].file));
    }
    expect(readdirSync(dir)).toHaveLength(3);
    expect(blocks).toHaveLength(4);
    // The last looks for the summaries of several runs, beside this one.
    const [parquet, csv, duckdb, several] = blocks.map(({ text }) => text);
    const script = [
      'import json',
      "asked = ['ttft', 'cached_share', 'icl_p99']",
      'def tell(): print("FOUND", json.dumps({k: list(map(float, v)) if hasattr(v, "__iter__") else float(v) for k, v in globals().items() if k in asked}))',
      ...[parquet, csv, duckdb].flatMap((text) => [text, 'tell()']),
      several?.replace('../*/summary.json', 'summary.json'),
    ].join('\n');
    const printed = execFileSync(PYTHON, ['-c', script], { cwd: dir, encoding: 'utf8' });
    const found = [...printed.matchAll(/^FOUND (.*)$/gm)].map((match) => JSON.parse(match[1]!));
    const { ttftMs, iclMs } = summary.distributions;
    const percentiles = [ttftMs!.p50, ttftMs!.p95, ttftMs!.p99];
    expect(found).toHaveLength(3);
    for (const { ttft } of found) {
      ttft.forEach((value: number, index: number) => {
        expect(value).toBeCloseTo(percentiles[index]!, 5);
      });
    }
    expect(found[0].cached_share).toBeCloseTo(summary.cache.share!, 5);
    expect(found[0].icl_p99).toBeCloseTo(iclMs!.p99, 5);
    expect(printed).toContain('run.model');
  },
);
